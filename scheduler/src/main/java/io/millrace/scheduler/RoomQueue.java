package io.millrace.scheduler;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The streams that wait for room in the pool, in turn. All methods: any thread.
 *
 * <p>No room is left unused: a stream says that it waits, then looks whether some has come free
 * meanwhile; whoever gives room back does so, then looks whether any stream waits.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>awaiting</td><td>atomic add; counted before a stream stands in the queue; workers ask
 *       with each run</td></tr>
 *   <tr><td>offering</td><td>atomic add: who counts it up from 0 tells the streams</td></tr>
 * </table>
 */
final class RoomQueue {

  private final ScheduledWorkerPool pool;
  private final Admission admission;
  private final Queue<InvokeAllSubscription> streams = new ConcurrentLinkedQueue<>();
  private final AtomicInteger awaiting = new AtomicInteger();
  private final AtomicInteger offering = new AtomicInteger();

  RoomQueue(ScheduledWorkerPool pool) {
    this.pool = pool;
    this.admission = pool.admission();
  }

  /** The stream is called back when room comes free. */
  void await(InvokeAllSubscription stream) {
    awaiting.incrementAndGet();
    pool.platform().interleave();
    streams.add(stream);
    pool.platform().interleave();
    offer(); // some may have come free before the stream stood in the queue
  }

  /** The stream has ended, or was cancelled. */
  void remove(InvokeAllSubscription stream) {
    if (streams.remove(stream)) {
      awaiting.decrementAndGet();
    }
  }

  /** Whether any stream waits. */
  boolean isAwaited() {
    return awaiting.get() != 0;
  }

  private boolean canOffer() {
    return isAwaited() && (admission.hasRoom() || admission.isClosed());
  }

  /**
   * Room came free: those that wait for some submit what they have. One thread at a time sees to
   * that; a stream that finds too little waits again behind the others.
   */
  void offer() {
    if (offering.getAndIncrement() != 0) {
      return;
    }
    int missed = 1;
    do {
      while (canOffer()) {
        InvokeAllSubscription next = streams.poll();
        if (next == null) {
          break; // it is not there yet, and looks for itself when it is
        }
        pool.platform().interleave();
        awaiting.decrementAndGet();
        tell(next);
      }
      pool.platform().interleave();
      missed = offering.addAndGet(-missed);
    } while (missed != 0);
  }

  private static void tell(InvokeAllSubscription next) {
    try {
      next.roomCame();
    } catch (Throwable noHeap) {
      ScheduledWorkerPool.log("a stream could not be told of room", noHeap); // others can
    }
  }
}
