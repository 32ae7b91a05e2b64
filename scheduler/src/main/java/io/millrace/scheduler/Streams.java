package io.millrace.scheduler;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The open streams of a pool: how much room each may count on, and which of them wait for some. All
 * methods: any thread.
 */
final class Streams {

  private final Admission admission;
  private final int workers;
  private final Map<Long, InvokeAllSubscription> open = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private final Queue<InvokeAllSubscription> awaitingRoom = new ConcurrentLinkedQueue<>();

  Streams(Admission admission, int workers) {
    this.admission = admission;
    this.workers = workers;
  }

  /** A number for a new stream. */
  long newNumber() {
    return numbers.incrementAndGet();
  }

  void opened(InvokeAllSubscription stream) {
    open.put(stream.number(), stream);
  }

  void ended(InvokeAllSubscription stream) {
    open.remove(stream.number());
  }

  void closeAll() {
    open.values().forEach(InvokeAllSubscription::poolClosed);
  }

  /** How many invocations one stream may have under way: its share, and one for each worker. */
  int window() {
    return Math.max(1, admission.capacity() / (open.size() + 1)) + workers;
  }

  /** The largest value that {@link #window} can have. */
  int largestWindow() {
    return Math.max(1, admission.capacity() / 2) + workers;
  }

  /** The stream is called back when room comes free. */
  void awaitRoom(InvokeAllSubscription stream) {
    awaitingRoom.add(stream);
    offerRoom(); // some may have come free before the stream stood in the queue
  }

  boolean isRoomAwaited() {
    return !awaitingRoom.isEmpty();
  }

  /** Runs the code of whoever waits. */
  void offerRoom() {
    while (isRoomAwaited() && (admission.hasRoom() || admission.isClosed())) {
      InvokeAllSubscription next = awaitingRoom.poll();
      if (next != null) {
        next.roomCame();
      }
    }
  }
}
