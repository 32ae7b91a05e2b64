package io.millrace.scheduler;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which reply of a stream comes next, and which reply's worker drains. Methods are for the one
 * thread inside the stream's drain where they do not say otherwise.
 *
 * <p>A worker drains only when its reply is the one that is waited for, so workers do not meet at
 * one atomic for each reply. No reply is left behind: the drain says for which one it waits, then
 * looks once more whether that is there; a worker leaves its reply, then looks which is waited for.
 * Both by volatile access, so one of the two sees the other.
 *
 * <p>While guests take a few microseconds, the drain waits for a reply some way beyond the next
 * one, or each reply would be drained by itself, which costs as much as to run an empty guest. A
 * run that then takes unexpectedly long could hold up the replies before it, so {@link Streams}
 * looks after streams that wait like this.
 */
abstract class ReplyOrder extends Padded {

  /** The next reply may wait for so long until others are there, too. */
  private static final long AHEAD_NANOS = 120_000;

  private static final int MOST_AHEAD = 128;

  /** Nor further ahead than this part of what is under way, or workers would run dry meanwhile. */
  private static final int UNDER_WAY_PARTS = 4;

  /** So often the drain goes by the same service time, or by none after it was hurried. */
  private static final int WAITS = 64;

  /** Whichever reply comes next is to drain. */
  private static final long ANY = Long.MIN_VALUE + 1;

  /** Somebody is about to drain for the one that was waited for. */
  private static final long NONE = Long.MAX_VALUE - 1;

  private final ScheduledWorkerPool pool;
  final DrainState drain;

  /**
   * Twice the number of the reply that is waited for, from 0 on; odd if it is not the next one.
   * Workers ask after each run.
   */
  private final LoneLong awaited = new LoneLong();

  ReplyOrder(ScheduledWorkerPool pool, DrainState drain) {
    this.pool = pool;
    this.drain = drain;
  }

  /**
   * Any thread: the task has its reply. Answers whether the stream has to be drained now; if not,
   * whoever brings another reply does it.
   */
  abstract boolean answered(StreamTask task);

  /**
   * Submission only: the task leaves the arrivals for the pool. Answers whether it is still to be
   * answered: its deadline may have passed while it waited there.
   *
   * @param arrival its place among the arrivals
   */
  abstract boolean submitted(StreamTask task, int arrival);

  /** Any thread: arrivals before this one were answered, also those that never came to the pool. */
  abstract long answeredBefore();

  /** The next task if it has its reply, which is thereby counted as emitted and forgotten. */
  abstract @Nullable StreamTask poll();

  /** Whether the drain has to see to the reply of that number: it is there, or never will be. */
  abstract boolean isDue(long number);

  /** Submission only: all that have arrived or were submitted and are not answered. */
  abstract void forEach(Consumer<StreamTask> action);

  /**
   * The next task that has its reply, and is thereby counted as emitted and forgotten. When there
   * is none, some worker that brings one will drain.
   *
   * @param submitted arrivals before this one were given to the pool
   */
  final @Nullable StreamTask next(long submitted) {
    StreamTask task = poll();
    if (task != null) {
      return task;
    }
    if (waitsAhead(submitted) || awaited.get() == 2 * drain.emitted()) {
      return null;
    }
    pool.platform().interleave();
    awaited.set(2 * drain.emitted());
    return poll();
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
    if (isDue(last)) {
      return false;
    }
    pool.streams().lookAfter();
    return true;
  }

  /** Any thread: the number that is waited for; far below 0 when it is any. */
  final long awaited() {
    return awaited.get() >> 1;
  }

  /** Any thread. */
  final boolean awaitsAny() {
    return awaited.get() == ANY;
  }

  /**
   * Any thread, of which some may bring what is due at a time. Answers whether this one drains for
   * all.
   */
  final boolean tryComeForDue() {
    long now;
    do {
      now = awaited.get();
      if (!isDue(now >> 1)) {
        return false;
      }
      pool.platform().interleave();
    } while (!awaited.compareAndSet(now, NONE));
    return true;
  }

  final Platform platform() {
    return pool.platform();
  }

  /**
   * What one look at a stream has found.
   *
   * @param awaited changes when the stream goes on
   * @param waitsAhead whether replies may be there that wait for a later one: look again
   * @param anyDrains whether it stood still, so that any reply drains it now: look again soon
   * @param isHeldUp whether they have waited for long, and no worker has brought any reply since
   */
  record Look(long awaited, boolean waitsAhead, boolean anyDrains, boolean isHeldUp) {

    static final Look NOTHING = new Look(0, false, false, false);
  }

  /** Watchdog only: lets any reply drain when the stream has not gone on since the last look. */
  final Look look(Look last) {
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

  /** The next replies are to be given out one by one. */
  final void hurry() {
    drain.ahead = 0;
    drain.waitsLeft = WAITS;
  }
}
