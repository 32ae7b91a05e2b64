package io.millrace.scheduler;

import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The open streams of a pool: how much room each may count on, which of them hold something back,
 * or have a drain that is to go on. Those that wait for room are {@link RoomQueue}'s. All methods:
 * any thread.
 */
final class Streams {

  /** A stream asks for more each time that about so much was done. */
  private static final long REFILL_NANOS = 200_000;

  /**
   * The same for a stream whose user has limited it, who minds the time of each call: what is asked
   * for together waits for each other.
   */
  private static final long LIMITED_REFILL_NANOS = 100_000;

  /**
   * A reply that waits behind another one's run, which is unexpectedly long, waits for two of these
   * at most. A look takes the processor from a worker, and so delays a stream's replies a little.
   */
  private static final long LOOK_NANOS = 10_000_000;

  /** And then for one of these: where a stream seems to stand still, the next look comes soon. */
  private static final long SOON_NANOS = 1_000_000;

  /** So many looks in vain, and there are no more until a stream asks. */
  private static final int MOST_LOOKS = 20;

  private final ScheduledWorkerPool pool;
  private final Admission admission;
  private final Slot[] slots;
  private final Map<Long, InvokeAllSubscription> open = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();

  /** Those whose drain took its turn and goes on later: by whoever comes for it next. */
  private final Queue<InvokeAllSubscription> undrained = new ConcurrentLinkedQueue<>();

  private final AtomicInteger undrainedCount = new AtomicInteger();
  private final AtomicInteger holding = new AtomicInteger();
  private final AtomicInteger leftDrains = new AtomicInteger();
  private final AtomicBoolean drainOnAsked = new AtomicBoolean();

  private volatile boolean looking;
  private int looksInVain; // watchdog only
  private boolean anyStands; // watchdog only
  private long round; // watchdog only
  private final Set<InvokeAllSubscription> left = new HashSet<>(); // watchdog only

  Streams(ScheduledWorkerPool pool, Slot[] slots) {
    this.pool = pool;
    this.admission = pool.admission();
    this.slots = slots;
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

  /**
   * The pool takes nothing more. Each stream is told by the signaller, as code of its publisher and
   * its subscriber runs there; who closes the pool waits for that as for drains that were left.
   */
  void closeAll() {
    open.values().forEach(this::closeLater);
  }

  private void closeLater(InvokeAllSubscription stream) {
    countLeft(1);
    pool.signaller()
        .add(
            () -> {
              try {
                stream.poolClosed();
              } finally {
                countLeft(-1);
              }
            });
  }

  /** How many invocations one stream may have under way: its share, and one for each worker. */
  int window() {
    return Math.max(1, admission.capacity() / (open.size() + 1)) + workers();
  }

  /**
   * For how many at once a stream asks its upstream: what the workers do in {@link #REFILL_NANOS},
   * or {@link #LIMITED_REFILL_NANOS}, and no more than a quarter of its window; at least one.
   *
   * @param limited whether the window is what the stream's user has set
   */
  int refill(int window, boolean limited) {
    long mean = pool.loadMeter().meanServiceNanos();
    long nanos = limited ? LIMITED_REFILL_NANOS : REFILL_NANOS;
    long done = mean == 0 ? window : nanos * workers() / mean;
    return (int) Math.max(1, Math.min(done, window / 4));
  }

  int workers() {
    return slots.length;
  }

  /** The largest value that {@link #window} can have. */
  int largestWindow() {
    return Math.max(1, admission.capacity() / 2) + workers();
  }

  /** A worker has left a reply for later: somebody has to see to it that it is given out. */
  void lookAfter() {
    if (!looking) {
      looking = true;
      pool.watchdog().wake();
    }
  }

  /** Watchdog only. Answers when to look again. */
  long look() {
    if (!looking) {
      return Long.MAX_VALUE;
    }
    if (hasUndrained() && drainOnAsked.compareAndSet(false, true)) {
      pool.signaller().add(this::drainOnAsAsked);
    }
    if (lookAtAll()) {
      looksInVain = 0;
    } else if (++looksInVain > MOST_LOOKS) {
      looksInVain = 0;
      looking = false;
      pool.platform().interleave();
      if (lookAtAll()) { // one may have seen that somebody looks, just before
        looking = true; // never the contrary here: one may have asked since
      }
    }
    return anyStands ? SOON_NANOS : LOOK_NANOS;
  }

  private boolean lookAtAll() {
    boolean any = hasUndrained();
    anyStands = any;
    for (Slot slot : slots) {
      slot.left.forEach(left::add);
    }
    round++;
    for (InvokeAllSubscription stream : left) {
      Stall.Look look = stream.look(round);
      any |= look != Stall.Look.RESTS;
      anyStands |= look == Stall.Look.STANDS;
    }
    left.clear();
    return any;
  }

  // ---- drains

  /** The stream's drain goes on when somebody comes for it: a worker, or else the signaller. */
  void drainLater(InvokeAllSubscription stream) {
    undrained.add(stream);
    undrainedCount.incrementAndGet();
    pool.platform().interleave();
    pool.dispatcher().feeder().wakeOne();
    lookAfter();
  }

  boolean hasUndrained() {
    return undrainedCount.get() != 0;
  }

  private void drainOnAsAsked() {
    drainOnAsked.set(false);
    drainOn();
  }

  void countLeft(int more) {
    leftDrains.addAndGet(more);
  }

  /** Drains that were left and ends that were not told yet, whoever is at them now. */
  int leftDrains() {
    return leftDrains.get();
  }

  /** Runs the code of subscribers, where a drain is to go on. A worker, between two runs. */
  void drainOn() {
    InvokeAllSubscription next = undrained.poll();
    if (next != null) {
      undrainedCount.decrementAndGet();
      next.drainOn();
    }
  }

  // ---- what is held back

  void countHeld(int more) {
    holding.addAndGet(more);
  }

  /** Whether a stream may hold something back: a worker asks before it sleeps. */
  boolean holdAny() {
    return holding.get() != 0;
  }

  void submitHeld() {
    open.values().forEach(InvokeAllSubscription::submitHeld);
  }
}
