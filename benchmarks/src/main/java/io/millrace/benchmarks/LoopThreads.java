package io.millrace.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that make a number of calls together, without any framework: the limit that others are
 * held against.
 *
 * <p>They share what is left, in chunks. Were the calls divided beforehand, a round would last as
 * long as its slowest thread has to do its part while the others are idle, and a pool, whose idle
 * workers take what waits, would seem to be faster than what nothing can be faster than. A chunk is
 * a 256th of a thread's part: the tail, in which one thread has work and the others have none, is
 * below half a per cent of the round, and the counter, some 100 ns for each chunk, too, where a
 * round takes ten milliseconds and more.
 *
 * <p>They are started beforehand and gather before each round; its time begins when all are there,
 * and ends with the last one's last call.
 */
final class LoopThreads implements AutoCloseable {

  private static final int CHUNKS = 256;
  private static final int SMALLEST_CHUNK = 16;

  private static final int CORES = Runtime.getRuntime().availableProcessors();

  /** A thread that waits for others spins for so long; then it leaves them its core. */
  private static final long SPIN_NANOS = 200_000;

  private final int count;
  private final Duration limit;
  private final ExecutorService threads;

  LoopThreads(int count) {
    this(count, Peer.LIMIT);
  }

  /** With another limit of a run than all have. */
  LoopThreads(int count, Duration limit) {
    this.count = count;
    this.limit = limit;
    threads = Executors.newFixedThreadPool(count);
  }

  /** What each thread does with its chunks. */
  @FunctionalInterface
  interface Loop {

    /** Makes so many calls; {@code thread} counts from 0, and no two run as the same one. */
    void make(int thread, int calls) throws Exception;
  }

  int count() {
    return count;
  }

  /**
   * Makes {@code calls} calls and answers how many nanoseconds that took.
   *
   * @throws Exception of the first loop that failed, after all have ended; or that they did not end
   *     within the limit: then each ends after the chunk that it is at
   */
  long run(int calls, Loop loop) throws Exception {
    AtomicInteger left = new AtomicInteger(calls);
    CountDownLatch absent = new CountDownLatch(count);
    int chunk = chunk(calls, count);
    List<Callable<long[]>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int thread = i;
      all.add(() -> run(thread, left, absent, chunk, loop));
    }
    long start = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    List<Future<long[]>> ended;
    try {
      ended = threads.invokeAll(all, limit.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      left.set(0); // for those that are late
    }
    for (Future<long[]> each : ended) {
      if (each.isCancelled()) {
        throw Peer.late("a loop of calls", limit);
      }
      try {
        start = Math.min(start, each.get()[0]);
        end = Math.max(end, each.get()[1]);
      } catch (ExecutionException failed) {
        throw failed.getCause() instanceof Exception cause ? cause : failed;
      }
    }
    return end - start;
  }

  /** Calls that a thread takes at once. */
  static int chunk(int calls, int threads) {
    return Math.max(SMALLEST_CHUNK, calls / (threads * CHUNKS));
  }

  /** From when until when. */
  private long[] run(int thread, AtomicInteger left, CountDownLatch absent, int chunk, Loop loop)
      throws Exception {
    gather(absent);
    long start = System.nanoTime();
    boolean ended = false;
    try {
      for (int before = left.getAndAdd(-chunk); before > 0; before = left.getAndAdd(-chunk)) {
        loop.make(thread, Math.min(before, chunk));
      }
      ended = true;
    } finally {
      if (!ended) {
        left.set(0);
      }
    }
    return new long[] {start, System.nanoTime()};
  }

  /**
   * Waits for all. To be woken up would take one of them longer than the others, so they spin while
   * there is a core for each; of more threads than cores those that spin would keep the others out.
   */
  private void gather(CountDownLatch absent) throws InterruptedException {
    absent.countDown();
    long spinUntil = System.nanoTime() + (count <= CORES ? SPIN_NANOS : 0);
    while (absent.getCount() > 0 && System.nanoTime() < spinUntil) {
      Thread.onSpinWait();
    }
    absent.await();
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
