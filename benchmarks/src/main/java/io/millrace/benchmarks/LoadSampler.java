package io.millrace.benchmarks;

import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/** Looks at a system many times a second, from a thread of its own, and averages over time. */
final class LoadSampler {

  private static final long PAUSE_NANOS = 100_000;

  private final IntSupplier inSystem;
  private final IntSupplier waiting;
  private final Thread thread = new Thread(this::sample, "load sampler");
  private volatile boolean ended;
  private double inSystemArea;
  private double waitingArea;
  private long nanos;

  /**
   * What was seen on average.
   *
   * @param inSystem sent and not answered
   * @param waiting not begun
   */
  record Means(double inSystem, double waiting) {}

  private LoadSampler(IntSupplier inSystem, IntSupplier waiting) {
    this.inSystem = inSystem;
    this.waiting = waiting;
  }

  static LoadSampler start(IntSupplier inSystem, IntSupplier waiting) {
    LoadSampler sampler = new LoadSampler(inSystem, waiting);
    sampler.thread.setDaemon(true);
    sampler.thread.start();
    return sampler;
  }

  Means stop() throws InterruptedException {
    ended = true;
    thread.join();
    double all = Math.max(1, nanos);
    return new Means(inSystemArea / all, waitingArea / all);
  }

  private void sample() {
    long before = System.nanoTime();
    int inSystemBefore = inSystem.getAsInt();
    int waitingBefore = waiting.getAsInt();
    boolean begun = false;
    while (!ended) {
      LockSupport.parkNanos(PAUSE_NANOS);
      int inSystemNow = inSystem.getAsInt();
      int waitingNow = waiting.getAsInt();
      long now = System.nanoTime();
      begun |= inSystemBefore > 0;
      if (begun) {
        long passed = now - before;
        inSystemArea += passed * (inSystemBefore + inSystemNow) / 2.0;
        waitingArea += passed * (waitingBefore + waitingNow) / 2.0;
        nanos += passed;
      }
      before = now;
      inSystemBefore = inSystemNow;
      waitingBefore = waitingNow;
    }
  }
}
