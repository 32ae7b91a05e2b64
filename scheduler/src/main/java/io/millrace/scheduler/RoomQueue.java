package io.millrace.scheduler;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The streams that wait for room in the pool. Turns go round among tenants, and among a tenant's
 * streams: so many streams of one tenant take no more of what comes free than another's single one.
 * Whose turn it is goes by the invocation that is next in the stream. All methods: any thread.
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
 *   <tr><td>comers, leavers</td><td>concurrent queues; emptied by who tells the streams</td></tr>
 *   <tr><td>turns, order</td><td>plain; only who tells the streams</td></tr>
 * </table>
 */
final class RoomQueue {

  private final ScheduledWorkerPool pool;
  private final Queue<InvokeAllSubscription> comers = new ConcurrentLinkedQueue<>();
  private final Queue<InvokeAllSubscription> leavers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger awaiting = new AtomicInteger();
  private final AtomicInteger offering = new AtomicInteger();

  private final Map<@Nullable String, Turn> turns = new HashMap<>();

  /** The same, in order. */
  private final Queue<Turn> order = new ArrayDeque<>();

  /** A tenant's streams that wait; never none. */
  private record Turn(@Nullable String tenant, Queue<InvokeAllSubscription> streams) {}

  RoomQueue(ScheduledWorkerPool pool) {
    this.pool = pool;
  }

  /** The stream is called back when room comes free. */
  void await(InvokeAllSubscription stream) {
    awaiting.incrementAndGet();
    pool.platform().interleave();
    comers.add(stream);
    pool.platform().interleave();
    offer(); // some may have come free before the stream stood in the queue
  }

  /** The stream has ended, or was cancelled. */
  void remove(InvokeAllSubscription stream) {
    leavers.add(stream);
    offer();
  }

  /** Whether any stream waits. */
  boolean isAwaited() {
    return awaiting.get() != 0;
  }

  private boolean canOffer() {
    return isAwaited() && (pool.tenantRoom().hasRoomForStreams() || pool.isClosed());
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
      takeIn();
      while (canOffer()) {
        InvokeAllSubscription next = poll();
        if (next == null) {
          break; // it is not there yet, and looks for itself when it is
        }
        pool.platform().interleave();
        awaiting.decrementAndGet();
        tell(next);
        takeIn();
      }
      pool.platform().interleave();
      missed = offering.addAndGet(-missed);
    } while (missed != 0);
  }

  private void takeIn() {
    for (InvokeAllSubscription each = comers.poll(); each != null; each = comers.poll()) {
      try {
        add(each);
      } catch (Throwable noHeap) {
        awaiting.decrementAndGet();
        tell(each); // which comes back, or breaks off for the same reason
      }
    }
    for (InvokeAllSubscription each = leavers.poll(); each != null; each = leavers.poll()) {
      drop(each);
    }
  }

  private void add(InvokeAllSubscription comer) {
    String tenant = comer.nextTenant();
    Turn turn = turns.get(tenant);
    if (turn == null) {
      turn = new Turn(tenant, new ArrayDeque<>());
      order.add(turn);
      turns.put(tenant, turn);
    }
    turn.streams.add(comer);
  }

  private void drop(InvokeAllSubscription leaver) {
    for (Turn turn : order) {
      if (turn.streams.remove(leaver)) {
        awaiting.decrementAndGet();
        break;
      }
    }
    order.removeIf(turn -> turn.streams.isEmpty());
    turns.values().removeIf(turn -> turn.streams.isEmpty());
  }

  /** Of the tenant whose turn it is; that tenant is the last one then. */
  private @Nullable InvokeAllSubscription poll() {
    Turn turn = order.poll();
    if (turn == null) {
      return null;
    }
    InvokeAllSubscription next = turn.streams.poll();
    if (turn.streams.isEmpty()) {
      turns.remove(turn.tenant);
    } else {
      order.add(turn);
    }
    return next;
  }

  private static void tell(InvokeAllSubscription next) {
    try {
      next.roomCame();
    } catch (Throwable noHeap) {
      ScheduledWorkerPool.log("a stream could not be told of room", noHeap); // others can
    }
  }
}
