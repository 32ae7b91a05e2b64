package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived in a stream, in a ring no larger than the stream's window, until {@link
 * Submission} gives it to the pool.
 *
 * <p>An arrival takes its place by compare-and-set, though a publisher's signals are serial: one
 * that breaks this rule then harms only its own order.
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

  Arrivals(ScheduledWorkerPool pool, InvokeAllSubscription stream, int concurrency) {
    this.pool = pool;
    this.stream = stream;
    int window = Math.min(concurrency, pool.streams().largestWindow());
    int places = Integer.highestOneBit(window) * 2;
    this.ring = new AtomicReferenceArray<>(places);
    this.mask = places - 1;
  }

  AtomicReferenceArray<@Nullable StreamTask> ring() {
    return ring;
  }

  int places() {
    return ring.length();
  }

  int placeOf(long sequence) {
    return (int) sequence & mask;
  }

  /** The next arrival's place: before it all have come, or are about to. */
  long count() {
    return count.get();
  }

  /**
   * Upstream's thread. Answers whether the arrival is among those that were promised.
   *
   * @param inDrain whether it came from within the stream's own request
   */
  boolean tryAdd(Invocation invocation, long promised, boolean inDrain) {
    StreamTask task = new StreamTask(invocation, stream);
    task.submitted(inDrain ? drainClock(invocation) : pool.platform().nanoTime());
    long sequence = count.get();
    while (sequence < promised) {
      if (count.compareAndSet(sequence, sequence + 1)) {
        int place = placeOf(sequence);
        pool.platform().interleave();
        task.place(place);
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
}
