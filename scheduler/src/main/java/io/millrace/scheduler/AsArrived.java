package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replies in the order of arrival: the ring of arrivals is the order.
 *
 * <p>A worker drains only when its reply is the one that is waited for, so workers in the middle of
 * the ring do not meet at one atomic for each reply. No reply is left behind: the drain says for
 * which one it waits, then looks there once more; a worker leaves its reply, then looks which is
 * waited for. Both by volatile access, so one of the two sees the other.
 *
 * <p>While guests take a few microseconds, the drain waits for a reply some way beyond the next
 * one, or each reply would be drained by itself, which costs as much as to run an empty guest. A
 * run that then takes unexpectedly long could hold up the replies before it, so {@link Streams}
 * looks after streams that wait like this.
 */
final class AsArrived extends ReplyOrder {

  /** The next reply may wait for so long until others are there, too. */
  private static final long AHEAD_NANOS = 120_000;

  private static final int MOST_AHEAD = 128;

  /** Nor further ahead than this part of what is under way, or workers would run dry meanwhile. */
  private static final int UNDER_WAY_PARTS = 4;

  /** So often the drain goes by the same service time, or by none after it was hurried. */
  private static final int WAITS = 64;

  private final AtomicReferenceArray<@Nullable StreamTask> ring;
  private final int mask;
  private final ScheduledWorkerPool pool;
  private final DrainState drain;

  /** Whichever reply comes next is to drain. */
  private static final long ANY = Long.MIN_VALUE + 1;

  /**
   * Twice the arrival that is waited for; odd if it is not the next one. Workers ask after each
   * run.
   */
  private final LoneLong awaited = new LoneLong();

  AsArrived(
      AtomicReferenceArray<@Nullable StreamTask> ring, ScheduledWorkerPool pool, DrainState drain) {
    this.ring = ring;
    this.pool = pool;
    this.drain = drain;
    this.mask = ring.length() - 1;
  }

  @Override
  boolean answered(StreamTask task) {
    long now = awaited.get();
    return task.place() == place(now >> 1) || now == ANY;
  }

  @Override
  Look look(Look last) {
    long now = awaited.get();
    if (now == ANY && last.awaited() == ANY) {
      return new Look(now, true, true, true);
    }
    boolean waitsAhead = (now & 1) == 1;
    if (waitsAhead && now == last.awaited() && awaited.compareAndSet(now, ANY)) {
      now = ANY;
    }
    return new Look(now, waitsAhead, now == ANY, false);
  }

  @Override
  void hurry() {
    drain.ahead = 0;
    drain.waitsLeft = WAITS;
  }

  @Override
  boolean submitted(StreamTask task, int arrival) {
    return true;
  }

  @Override
  long answeredBefore() {
    return drain.emittedSeen();
  }

  @Override
  @Nullable StreamTask next(long submitted) {
    int place = place(drain.emitted());
    StreamTask task = ring.getAcquire(place);
    if (task == null || task.reply() == null) {
      if (waitsAhead(submitted) || awaited.get() == 2 * drain.emitted()) {
        return null;
      }
      pool.platform().interleave();
      awaited.set(2 * drain.emitted());
      task = ring.get(place);
      if (task == null || task.reply() == null) {
        return null;
      }
    }
    drain.countEmitted(); // first: who submits takes a place without a task for an answered one's
    pool.platform().interleave();
    ring.setRelease(place, null);
    return task;
  }

  /** Answers whether a later reply is waited for, whose worker will find that out. */
  private boolean waitsAhead(long submitted) {
    if (--drain.waitsLeft < 0) {
      drain.waitsLeft = WAITS;
      long mean = pool.loadMeter().meanServiceNanos();
      drain.ahead = mean == 0 ? 0 : Math.min(MOST_AHEAD, AHEAD_NANOS / mean) - 1;
    }
    long most = (submitted - drain.emitted()) / UNDER_WAY_PARTS;
    long last = drain.emitted() + Math.min(drain.ahead, most);
    if (last <= drain.emitted()) {
      return false;
    }
    long wish = 2 * last + 1;
    if (awaited.get() != wish) {
      awaited.set(wish);
      pool.platform().interleave();
    }
    StreamTask task = ring.get(place(last));
    if (task == null || task.reply() != null) {
      return false;
    }
    pool.streams().lookAfter();
    return true;
  }

  private int place(long sequence) {
    return (int) sequence & mask;
  }

  @Override
  void forEach(Consumer<StreamTask> action) {
    for (int place = 0; place < ring.length(); place++) {
      StreamTask task = ring.get(place);
      if (task != null) {
        action.accept(task);
      }
    }
  }
}
