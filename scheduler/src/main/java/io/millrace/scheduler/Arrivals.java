package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived in a stream, in a ring no larger than the stream's window, until the pool has
 * room for it. So a stream that was asked for much and stays silent keeps nobody out.
 *
 * <p>An arrival takes its place by compare-and-set, though a publisher's signals are serial: one
 * that breaks this rule then harms only its own order.
 *
 * <pre>
 *   submitted   next to give to the pool      (drain only)
 *   watched     next whose deadline is not watched yet, of those that wait for room (drain only)
 *   count       next arrival's place          (compare-and-set, upstream)
 *
 *   submitted &lt;= count &lt;= promised &lt;= emitted + window
 * </pre>
 */
final class Arrivals {

  /** Eight arrivals within this time are close together. */
  private static final long CLOSE_NANOS = 4_000;

  private static final int MOST_SHARES = 7;

  private final ScheduledWorkerPool pool;
  private final InvokeAllSubscription stream;
  private final AtomicReferenceArray<@Nullable StreamTask> ring;
  private final int mask;
  private final AtomicLong count = new AtomicLong();
  private long clockNanos;
  private int clockShares;
  private long submitted;
  private long watched;

  Arrivals(ScheduledWorkerPool pool, InvokeAllSubscription stream) {
    this.pool = pool;
    this.stream = stream;
    int places = Integer.highestOneBit(pool.streams().largestWindow()) * 2;
    this.ring = new AtomicReferenceArray<>(places);
    this.mask = places - 1;
  }

  AtomicReferenceArray<@Nullable StreamTask> ring() {
    return ring;
  }

  int places() {
    return ring.length();
  }

  long count() {
    return count.get();
  }

  /** Drain only: before this arrival places are free. */
  long submitted() {
    return submitted;
  }

  /**
   * Upstream's thread. Answers whether the arrival is among those that were promised.
   *
   * @param inDrain whether it came from within the stream's own request
   */
  boolean tryAdd(Invocation invocation, long promised, boolean inDrain) {
    long sequence = count.get();
    while (sequence < promised) {
      if (count.compareAndSet(sequence, sequence + 1)) {
        int place = (int) sequence & mask;
        StreamTask task = new StreamTask(invocation, stream, place);
        task.submitted(inDrain ? drainClock(invocation) : pool.platform().nanoTime());
        ring.setRelease(place, task);
        return true;
      }
      sequence = count.get();
    }
    return false;
  }

  /**
   * The time, not quite: to ask for it is a fifth of what an empty invocation costs. Arrivals that
   * come close together share what was read for the first of eight. A deadline counts exactly.
   */
  private long drainClock(Invocation invocation) {
    if (invocation.deadline() != null) {
      return pool.platform().nanoTime();
    }
    if (--clockShares < 0) {
      long now = pool.platform().nanoTime();
      clockShares = now - clockNanos < CLOSE_NANOS ? MOST_SHARES : 0;
      clockNanos = now;
    }
    return clockNanos;
  }

  /** Drain only: before the upstream is asked, which may be long after it was asked last. */
  void resetClock() {
    clockShares = 0;
  }

  /** Drain only. Answers whether all that arrived was submitted; else some wait for room. */
  boolean trySubmit(ReplyOrder order) {
    long arrived = count.get();
    submitted = Math.max(submitted, order.answeredBefore());
    while (submitted < arrived) {
      int room = pool.admission().tryAcquire((int) (arrived - submitted));
      if (room == 0) {
        if (pool.overflow() == Overflow.WAIT && !pool.isClosed()) {
          watchFrom(submitted, arrived);
          return false;
        }
        StreamTask task = next(order);
        if (task == null) {
          return true;
        }
        pool.dispatcher().squeezeIn(task);
      } else if (!submit(room, order)) {
        return true;
      }
    }
    return true;
  }

  /** Answers whether all that there was room for had come to its place. */
  private boolean submit(int room, ReplyOrder order) {
    boolean complete = true;
    for (int left = room; left > 0; left--) {
      StreamTask task = complete ? next(order) : null;
      if (task == null) {
        complete = false; // a rude publisher's thread is between claim and store: it drains again
        pool.outcomes().departed();
      } else if (task.hasDeadline() || task.isLent()) {
        if (pool.tryAdmit(task, false)) {
          pool.dispatcher().put(task);
        }
      } else {
        task.admitUnseen();
        pool.dispatcher().put(task);
      }
    }
    pool.dispatcher().poke();
    return complete;
  }

  private @Nullable StreamTask next(ReplyOrder order) {
    while (true) {
      StreamTask task = ring.getAcquire((int) submitted & mask);
      if (task == null) {
        return null;
      }
      submitted++;
      if (order.submitted(task)) {
        return task;
      }
    }
  }

  /** Deadlines run while there is no room, too. */
  private void watchFrom(long from, long to) {
    for (watched = Math.max(watched, from); watched < to; watched++) {
      StreamTask task = ring.getAcquire((int) watched & mask);
      if (task == null) {
        return;
      }
      pool.deadlines().watch(task);
    }
  }
}
