package io.millrace.scheduler;

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
 *   <tr><td>comers</td><td>concurrent queue; emptied by who tells the streams</td></tr>
 *   <tr><td>ended</td><td>atomic add; who tells the streams takes off what it has seen to</td></tr>
 *   <tr><td>turns, order</td><td>plain; only who tells the streams</td></tr>
 * </table>
 */
final class RoomQueue {

  private final ScheduledWorkerPool pool;
  private final Queue<InvokeAllSubscription> comers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger awaiting = new AtomicInteger();
  private final AtomicInteger offering = new AtomicInteger();

  /** Streams that have ended since those were looked for, and may stand here yet. */
  private final AtomicInteger ended = new AtomicInteger();

  private final Map<@Nullable String, Turn> turns = new HashMap<>();

  /**
   * The same, in order; of this kind of queue, since it is whole when there is no heap for more.
   */
  private final Queue<Turn> order = new ConcurrentLinkedQueue<>();

  /** A tenant's streams that wait; mostly some. */
  private static final class Turn {

    private final @Nullable String tenant;
    private final Queue<InvokeAllSubscription> streams = new ConcurrentLinkedQueue<>();

    Turn(@Nullable String tenant) {
      this.tenant = tenant;
    }
  }

  RoomQueue(ScheduledWorkerPool pool) {
    this.pool = pool;
  }

  /** The stream is called back when room comes free. */
  void await(InvokeAllSubscription stream) {
    awaiting.incrementAndGet();
    pool.platform().interleave();
    try {
      comers.add(stream);
    } catch (Throwable noHeap) {
      awaiting.decrementAndGet();
      throw noHeap;
    }
    pool.platform().interleave();
    offer(); // some may have come free before the stream stood in the queue
  }

  /** A stream that waits has ended: those go together, when half of all that wait have. */
  void ended() {
    ended.incrementAndGet();
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
      try {
        offerWhatThereIs();
      } catch (Throwable noHeap) { // or no stack: this may be a publisher's thread
        ScheduledWorkerPool.log("room is offered again later", noHeap);
      }
      pool.platform().interleave();
      missed = offering.addAndGet(-missed);
    } while (missed != 0);
  }

  private void offerWhatThereIs() {
    takeIn();
    while (canOffer()) {
      InvokeAllSubscription next = poll();
      if (next == null) {
        return; // it is not there yet, and looks for itself when it is
      }
      pool.platform().interleave();
      awaiting.decrementAndGet();
      tell(next);
      takeIn();
    }
  }

  private void takeIn() {
    for (InvokeAllSubscription each = comers.poll(); each != null; each = comers.poll()) {
      try {
        add(each);
      } catch (Throwable noHeap) {
        awaiting.decrementAndGet();
        each.tryBreakOff(noHeap); // were it told only, it would be back here at once
        tell(each);
      }
    }
    if (2 * ended.get() > awaiting.get()) {
      try {
        dropEnded();
      } catch (Throwable noHeap) {
        ScheduledWorkerPool.log("streams that have ended go later", noHeap);
      }
    }
  }

  private void add(InvokeAllSubscription comer) {
    if (comer.hasEnded()) {
      awaiting.decrementAndGet();
      return;
    }
    String tenant = comer.nextTenant();
    Turn turn = turns.get(tenant);
    if (turn == null) {
      turn = new Turn(tenant);
      order.add(turn);
      turns.put(tenant, turn);
    }
    turn.streams.add(comer);
  }

  private void dropEnded() {
    int seen = ended.get();
    for (Turn turn : order) {
      turn.streams.removeIf(this::dropIfEnded);
    }
    order.removeIf(this::forgetIfEmpty);
    ended.addAndGet(-seen);
  }

  private boolean forgetIfEmpty(Turn turn) {
    return turn.streams.isEmpty() && turns.remove(turn.tenant, turn);
  }

  private boolean dropIfEnded(InvokeAllSubscription stream) {
    boolean drops = stream.hasEnded();
    if (drops) {
      awaiting.decrementAndGet();
    }
    return drops;
  }

  /** Of the tenant whose turn it is; that tenant is the last one then. */
  private @Nullable InvokeAllSubscription poll() {
    for (Turn turn = order.peek(); turn != null; turn = order.peek()) {
      if (!turn.streams.isEmpty()) {
        moveBack(turn);
        return turn.streams.poll();
      }
      turns.remove(turn.tenant, turn);
      order.poll();
    }
    return null;
  }

  private void moveBack(Turn first) {
    try {
      order.add(first);
      order.poll();
    } catch (Throwable noHeap) {
      ScheduledWorkerPool.log("a tenant's turn comes again at once", noHeap);
    }
  }

  private static void tell(InvokeAllSubscription next) {
    try {
      next.roomCame();
    } catch (Throwable noHeap) {
      ScheduledWorkerPool.log("a stream could not be told of room", noHeap); // others can
    }
  }
}
