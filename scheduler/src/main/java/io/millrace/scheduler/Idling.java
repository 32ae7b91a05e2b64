package io.millrace.scheduler;

import org.jspecify.annotations.Nullable;

/** How one worker finds its next task, and what it does while there is none. Its thread only. */
final class Idling {

  private final ScheduledWorkerPool pool;
  private final Platform platform;
  private final Feeder feeder;
  private final Slot slot;
  private final IdleStrategy strategy;

  Idling(ScheduledWorkerPool pool, Slot slot, IdleStrategy strategy) {
    this.pool = pool;
    this.platform = pool.platform();
    this.feeder = pool.dispatcher().feeder();
    this.slot = slot;
    this.strategy = strategy;
  }

  /**
   * The slot is empty: what dispatch hands over; else what stands behind another's run, or was held
   * back by a stream. Where a stream's drain is to go on, that comes before sleep.
   */
  @Nullable Task next(boolean inboxFirst) {
    feeder.want(slot);
    Task task = slot.poll(inboxFirst);
    if (task != null) {
      return task;
    }
    task = feeder.steal(slot);
    if (task != null) {
      return task;
    }
    Streams streams = pool.streams();
    if (streams.holdAny()) {
      streams.submitHeld();
    }
    if (streams.hasUndrained() && feeder.tryUnwant(slot)) {
      streams.drainOn(); // which may take long: nothing is to come here meanwhile
    }
    return slot.poll(inboxFirst);
  }

  /** The slot seems empty: answers whether this worker ends, since it is one too many. */
  boolean tryLeaveTooMany() {
    return pool.staffing().hasTooMany()
        && !slot.hasKeys()
        && nothingCanCome()
        && pool.staffing().tryLeaveTooMany();
  }

  /** What comes to a slot whose worker is gone would wait for the next one, while others sleep. */
  private boolean nothingCanCome() {
    return feeder.tryUnwant(slot) || (!slot.wants() && !slot.isBeingFed() && slot.isEmpty());
  }

  /** Waits for work. Answers how the worker ends, if it does. */
  WorkerState.@Nullable Phase rest() {
    for (int i = 0; i < strategy.spins(); i++) {
      if (hasNews()) {
        return null;
      }
      platform.onSpinWait();
    }
    for (int i = 0; i < strategy.yields(); i++) {
      if (hasNews()) {
        return null;
      }
      platform.yieldNow();
    }
    return sleep();
  }

  private WorkerState.@Nullable Phase sleep() {
    long keepAliveNanos = pool.staffing().keepAliveNanos();
    boolean limited = keepAliveNanos != Platform.FOR_EVER;
    long start = limited ? platform.nanoTime() : 0;
    slot.asleep(true);
    platform.interleave();
    if (!hasNews() && !pool.admission().isDrained()) {
      // A flag that a subscriber left behind would turn parking into spinning.
      Thread.interrupted();
      platform.park(this, keepAliveNanos);
    }
    slot.asleep(false);
    if (pool.admission().isDrained()) {
      boolean isDone = slot.isEmpty() && !pool.streams().hasUndrained();
      return isDone ? WorkerState.Phase.CLOSED : null;
    }
    boolean unused = limited && platform.nanoTime() - start >= keepAliveNanos;
    return unused && !hasNews() && leaves() ? WorkerState.Phase.UNUSED : null;
  }

  /** Once it wants nothing any more, nothing can be handed to it. */
  private boolean leaves() {
    return feeder.tryUnwant(slot) && pool.staffing().tryLeave();
  }

  private boolean hasNews() {
    return !slot.isEmpty()
        || feeder.canSteal(slot)
        || !slot.wants()
        || pool.streams().holdAny()
        || pool.streams().hasUndrained();
  }
}
