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

  private static final long BATCH_NANOS = 200_000;

  /**
   * Nor is it more than this part of what each worker has waiting (guided self-scheduling,
   * Polychronopoulos and Kuck 1987): where little waits, what one worker gets as a whole would come
   * much later than its neighbours in the queue, which another worker runs meanwhile.
   */
  private static final int BATCHES_WAITING = 8;

  /** But not less than so much work for that, or to hand it over would cost too much. */
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
      int most = batchSize(slot);
      boolean hasKeyed = move(slot.keyed, slot.inbox, most);
      if (!hasKeyed || hungry.get() == 0) { // else it would stand behind those, beside one in want
        move(shared, slot.batch, Math.min(share, most));
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

  /** One, while there are workers to be started for the second; they cannot steal yet. */
  private int batchSize(Slot slot) {
    long mean = slot.tally.meanServiceNanos();
    if (mean == 0 || pool.staffing().canGrowForAll()) {
      return 1;
    }
    long most = BATCH_NANOS / mean;
    int part = (shared.size() / slots.length + slot.keyed.size()) / BATCHES_WAITING;
    long size = Math.min(most, Math.max(part, SHORT_BATCH_NANOS / mean));
    return (int) Math.max(1, Math.min(Slot.BATCH, size));
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
