package io.millrace.benchmarks;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;

/**
 * Looks at a system many times a second and averages over time. A thread of its own does so, which
 * waits for a core like others where the workers have all of them, for 5 to 20 ms: what a load of
 * 60 ms is then seen to be is wrong by as much as a tenth. So whoever finds that it is late looks
 * in its stead.
 */
final class LoadSampler implements AutoCloseable {

  /** Between two looks, for calls that begin and end one by one. */
  static final long OFTEN_NANOS = 100_000;

  /**
   * For a closed loop of guests that need all processors: each of the thread's turns takes one from
   * a worker, and with {@link #OFTEN_NANOS} two workers on two cores were slower by a twentieth.
   */
  static final long SELDOM_NANOS = 1_000_000;

  private static final long LATE_NANOS = 2 * OFTEN_NANOS;

  private final IntSupplier inSystem;
  private final IntSupplier waiting;
  private final long pauseNanos;
  private final Thread thread = new Thread(this::sample, "load sampler");
  private final ReentrantLock looking = new ReentrantLock();
  private volatile boolean ended;
  private volatile long lookedNanos = System.nanoTime();

  // Only whoever looks uses these.
  private int inSystemBefore;
  private int waitingBefore;
  private double inSystemArea;
  private double waitingArea;

  /**
   * What was seen on average.
   *
   * @param inSystem sent and not answered
   * @param waiting not begun
   */
  record Means(double inSystem, double waiting) {}

  private LoadSampler(IntSupplier inSystem, IntSupplier waiting, long pauseNanos) {
    this.pauseNanos = pauseNanos;
    this.inSystem = inSystem;
    this.waiting = waiting;
  }

  /** Of a system that has nothing to do yet. */
  static LoadSampler start(IntSupplier inSystem, IntSupplier waiting, long pauseNanos) {
    LoadSampler sampler = new LoadSampler(inSystem, waiting, pauseNanos);
    sampler.thread.setDaemon(true);
    sampler.thread.start();
    return sampler;
  }

  /**
   * Answers the averages over the nanoseconds that the load took. Before and after those nothing
   * was in the system, so it does no harm to have looked for a bit longer.
   */
  Means stop(long nanos) throws InterruptedException {
    close();
    thread.join();
    double all = Math.max(1, nanos);
    looking.lock();
    try {
      return new Means(inSystemArea / all, waitingArea / all);
    } finally {
      looking.unlock();
    }
  }

  /** Looks no more; of a load that did not end there is nothing to be told. */
  @Override
  public void close() {
    ended = true;
  }

  /** For threads that come by often, which neither wait nor look twice as often for it. */
  void lookIfLate(long nowNanos) {
    if (nowNanos - lookedNanos > LATE_NANOS && looking.tryLock()) {
      try {
        look();
      } finally {
        looking.unlock();
      }
    }
  }

  private void sample() {
    while (!ended) {
      LockSupport.parkNanos(pauseNanos);
      lookNow();
    }
  }

  /** Where much has changed at once: at the begin of a load, say. */
  void lookNow() {
    looking.lock();
    try {
      look();
    } finally {
      looking.unlock();
    }
  }

  private void look() {
    int inSystemNow = inSystem.getAsInt();
    int waitingNow = waiting.getAsInt();
    long now = System.nanoTime();
    long passed = now - lookedNanos;
    inSystemArea += passed * (inSystemBefore + inSystemNow) / 2.0;
    waitingArea += passed * (waitingBefore + waitingNow) / 2.0;
    inSystemBefore = inSystemNow;
    waitingBefore = waitingNow;
    lookedNanos = now;
  }
}
