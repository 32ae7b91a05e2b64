package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replies in the order of arrival: the ring of arrivals is the order.
 *
 * <p>Where runs are very short, each worker gives out what it has brought itself: the tasks and
 * replies are in its processor's cache. So the drain stops before what another worker has left and
 * is going to drain.
 */
final class AsArrived implements ReplyOrder {

  /** Runs are very short when they take no longer on average. */
  private static final long SHORT_NANOS = 1_000;

  /** So often the drain goes by the same average. */
  private static final int LOOKS = 64;

  private final AtomicReferenceArray<@Nullable StreamTask> ring;
  private final int mask;
  private final ScheduledWorkerPool pool;
  private final DrainState drain;
  private final Stall stall;

  AsArrived(
      AtomicReferenceArray<@Nullable StreamTask> ring,
      ScheduledWorkerPool pool,
      DrainState drain,
      Stall stall) {
    this.ring = ring;
    this.mask = ring.length() - 1;
    this.pool = pool;
    this.drain = drain;
    this.stall = stall;
  }

  @Override
  public void answered(StreamTask task) {} // the drain looks in the task

  @Override
  public boolean submitted(StreamTask task, int arrival) {
    return true;
  }

  @Override
  public long answeredBefore() {
    return drain.emittedSeen();
  }

  @Override
  public @Nullable StreamTask next() {
    int place = place(drain.emitted());
    StreamTask task = ring.get(place);
    if (task == null || task.reply() == null || isLeft(task)) {
      drain.leavesNothing = DrainState.NOBODY;
      return null;
    }
    drain.countEmitted(); // first: who submits takes a place without a task for an answered one's
    pool.platform().interleave();
    ring.setRelease(place, null);
    return task;
  }

  /** Whether its worker is going to drain: asked once for the replies of one worker in a row. */
  private boolean isLeft(StreamTask task) {
    if (--drain.looksLeft < 0) {
      drain.looksLeft = LOOKS;
      drain.runsAreShort = pool.loadMeter().meanServiceNanos() <= SHORT_NANOS;
    }
    if (!drain.runsAreShort || stall.isEager() || !task.isAnsweredByRunner()) {
      return false;
    }
    int runner = task.runner();
    if (runner == drain.leavesNothing) {
      return false;
    }
    drain.leavesNothing = runner;
    return pool.slotOf(runner).left.has(task.stream());
  }

  private int place(long sequence) {
    return (int) sequence & mask;
  }

  @Override
  public void forEach(Consumer<StreamTask> action) {
    for (int place = 0; place < ring.length(); place++) {
      StreamTask task = ring.get(place);
      if (task != null) {
        action.accept(task);
      }
    }
  }
}
