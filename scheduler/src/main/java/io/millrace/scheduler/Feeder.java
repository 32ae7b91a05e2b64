package io.millrace.scheduler;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Hands to workers that want some what waits, and lets idle ones take what others were handed.
 *
 * <p>A batch is no longer than some {@link #BATCH_NANOS} of work: it is already on its worker's
 * desk when another tenant's task comes. Should a run take longer than expected, an idle worker
 * takes from behind it.
 */
final class Feeder {

  /** So much work is worth handing over: each time costs as much as some empty invocations. */
  private static final long BATCH_NANOS = 200_000;

  /**
   * Of what waits for any worker, a batch is at most an eighth of one worker's share: neighbours in
   * the queue that two workers get end a batch apart. So who limits what is under way has replies
   * closer together, and where much waits batches are long. (Guided self-scheduling,
   * Polychronopoulos and Kuck 1987, goes by what is left, too.)
   */
  private static final int BATCHES_OF_SHARE = 8;

  /** That does not make a batch shorter than so much work. */
  private static final long SHORT_BATCH_NANOS = 50_000;

  private static final int MOST_SPINS = 100;

  private final ScheduledWorkerPool pool;
  private final Slot[] slots;
  private final Slot[] feedOrder;
  private final FairQueue shared;
  private final boolean leastLoadedFirst;
  private final AtomicInteger hungry = new AtomicInteger();

  Feeder(ScheduledWorkerPool pool, Slot[] slots, FairQueue shared, DispatchPolicy policy) {
    this.pool = pool;
    this.slots = slots;
    this.feedOrder = slots.clone();
    this.shared = shared;
    this.leastLoadedFirst = policy == DispatchPolicy.LEAST_LOADED;
  }

  /** Any thread: how many workers want something. */
  int hungry() {
    return hungry.get();
  }

  // ---- workers: each for its own slot

  /** Asks for work, which comes into the slot's queues. */
  void want(Slot slot) {
    awaitFed(slot);
    if (!slot.wants()) {
      pool.platform().interleave();
      if (!slot.isEmpty()) {
        return; // it has come since its worker looked
      }
      if (slot.tryRaiseWants()) {
        hungry.incrementAndGet();
      }
    }
    pool.platform().interleave();
    pool.dispatcher().run();
  }

  private void awaitFed(Slot slot) {
    for (int spins = 0; slot.isBeingFed(); spins++) {
      if (spins < MOST_SPINS) {
        pool.platform().onSpinWait();
      } else {
        pool.platform().yieldNow(); // whoever dispatches has lost its processor
      }
    }
  }

  /** Takes the wish back. Answers whether that came in time: else something was handed over. */
  boolean tryUnwant(Slot slot) {
    if (slot.tryLowerWants()) {
      hungry.decrementAndGet();
      return true;
    }
    return false;
  }

  /** What stands behind another worker's run. The thief does not want anything else then. */
  @Nullable Task steal(Slot thief) {
    for (int i = 1; i < slots.length; i++) {
      Task task = slots[(thief.index + i) % slots.length].batch.steal();
      if (task != null) {
        if (!tryUnwant(thief)) {
          awaitFed(thief);
          wakeThief(thief); // what came to it now stands behind what it has stolen
        }
        return task;
      }
    }
    return null;
  }

  /** Any thread: wakes one that sleeps while it could take from this slot, if there is one. */
  void wakeThief(Slot from) {
    VarHandle.fullFence();
    if (!from.batch.isEmpty()) {
      wakeOne();
    }
  }

  /** Any thread, behind a fence: wakes one that sleeps, if there is one. */
  void wakeOne() {
    for (Slot slot : slots) {
      if (slot.isAsleep()) {
        wake(slot);
        return;
      }
    }
  }

  boolean canSteal(Slot thief) {
    for (Slot slot : slots) {
      if (slot != thief && !slot.batch.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  // ---- dispatch only

  /** Hands over what there is to whoever wants it. */
  void feedAll() {
    if (hungry.get() == 0) {
      return;
    }
    if (leastLoadedFirst) {
      for (Slot slot : feedOrder) {
        slot.busySeen = slot.tally.busyNanos(); // which workers write: a sort needs keys that stay
      }
      Arrays.sort(feedOrder, Comparator.comparingLong(each -> each.busySeen));
    }
    for (Slot slot : feedOrder) {
      feed(slot);
    }
  }

  /**
   * Hands over what there is. A wish that was lowered for nothing, since all that seemed to wait
   * was abandoned, wakes its worker as well: it has to wish again.
   */
  private void feed(Slot slot) {
    if (!slot.wants() || (shared.size() == 0 && slot.keyed.size() == 0)) {
      return;
    }
    int share = Math.max(1, shared.size() / Math.max(1, hungry.get()));
    if (!slot.tryBeginFeeding()) {
      return;
    }
    hungry.decrementAndGet();
    pool.platform().interleave();
    try {
      long mean = slot.tally.meanServiceNanos();
      boolean single = mean == 0 || pool.staffing().canGrowForAll(); // who starts cannot steal yet
      int most = single ? 1 : longest(mean);
      boolean hasKeyed = move(slot.keyed, slot.inbox, most);
      if (!hasKeyed || hungry.get() == 0) { // else it would stand behind those, beside one in want
        int part = single ? 1 : batch(mean, shared.size(), pool.crew().live());
        move(shared, slot.batch, Math.min(share, part));
      }
    } finally {
      pool.platform().interleave();
      slot.endFeeding();
    }
    VarHandle.fullFence();
    pool.platform().interleave();
    if (slot.isAsleep()) {
      wake(slot);
    }
  }

  private void wake(Slot slot) {
    Worker worker = slot.worker();
    if (worker != null) {
      pool.platform().unpark(worker.thread());
    }
  }

  /** How many runs of that length are worth handing over at once. */
  static int longest(long meanNanos) {
    return (int) Math.max(1, Math.min(Slot.BATCH, BATCH_NANOS / meanNanos));
  }

  /** How many of so many that wait one of so many workers gets at once. */
  static int batch(long meanNanos, int waiting, int workers) {
    long part = waiting / (BATCHES_OF_SHARE * Math.max(1L, workers));
    long least = Math.max(1, SHORT_BATCH_NANOS / meanNanos);
    return (int) Math.min(longest(meanNanos), Math.max(part, least));
  }

  /**
   * Stops where the tenants' runs, each by what its own take of late, are enough for a batch.
   * Answers whether there was anything.
   */
  private static boolean move(FairQueue from, RunQueue to, int most) {
    int moved = 0;
    long nanos = 0;
    while (moved < most && nanos < BATCH_NANOS) {
      Task task = from.poll();
      if (task == null) {
        break;
      }
      Lane lane = task.lane();
      nanos += lane == null ? 0 : lane.costNanos();
      to.put(moved++, task);
    }
    if (moved > 0) {
      to.handOver(moved);
    }
    return moved > 0;
  }
}
