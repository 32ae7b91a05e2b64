package io.millrace.scheduler;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the answers that no worker delivers: passed deadlines, terminations, what was dropped.
 * On a thread of its own, so that a subscriber can hold up neither the watchdog nor whoever
 * dispatches. A subscriber that does not return for the grace time keeps that thread, and another
 * one goes on with the next answer, up to {@link #MOST_THREADS}.
 */
final class Signaller implements Runnable {

  private static final int MOST_THREADS = 16;

  /** With more than this undelivered, those who cause such answers deliver some themselves. */
  private static final int FULL = 4096;

  private final ScheduledWorkerPool pool;
  private final Platform platform;
  private final long graceNanos;
  private final String name;
  private final Queue<Runnable> undelivered = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicInteger threads = new AtomicInteger();

  /**
   * Who delivers now: a thread that finds another one here ends. Written by watchdog or starter.
   */
  private volatile @Nullable Thread current;

  private volatile boolean delivering;
  private volatile long sinceNanos;

  Signaller(ScheduledWorkerPool pool, long graceNanos, String name) {
    this.pool = pool;
    this.platform = pool.platform();
    this.graceNanos = graceNanos;
    this.name = name;
  }

  /** Any thread, also one that dispatches. */
  void add(Runnable delivery) {
    undelivered.add(delivery);
    size.incrementAndGet();
    if (delivering) {
      pool.watchdog().wake(); // it looks whether that delivery returns
    }
    if (threads.get() == 0 && threads.compareAndSet(0, 1)) {
      startNext();
    } else {
      wake();
    }
  }

  /** Any thread that may run user code: helps while there is too much. */
  void relieve() {
    while (size.get() > FULL) {
      Runnable delivery = undelivered.poll();
      if (delivery == null) {
        return;
      }
      size.decrementAndGet();
      run(delivery);
    }
  }

  void wake() {
    Thread thread = current;
    if (thread != null) {
      platform.unpark(thread);
    }
  }

  /** Something waits for a thread to deliver it. */
  boolean hasUndelivered() {
    return size.get() > 0;
  }

  boolean isCurrentThread() {
    return Thread.currentThread() == current;
  }

  /** Watchdog only: replaces a thread that is held up. Answers when to look again. */
  long look(long nowNanos) {
    if (!delivering) {
      return size.get() == 0 ? Long.MAX_VALUE : graceNanos;
    }
    long left = sinceNanos + graceNanos - nowNanos;
    if (left > 0) {
      return left;
    }
    if (size.get() > 0 && threads.get() < MOST_THREADS) {
      threads.incrementAndGet();
      delivering = false;
      startNext();
    }
    return graceNanos;
  }

  private static void run(Runnable delivery) {
    try {
      delivery.run();
    } catch (Throwable thrown) {
      ScheduledWorkerPool.log("a delivery failed", thrown);
    }
  }

  private void startNext() {
    Thread thread = platform.thread(this, name, 0);
    current = thread;
    platform.start(thread);
  }

  @Override
  public void run() {
    try {
      deliverAll(Thread.currentThread());
    } finally {
      if (threads.decrementAndGet() == 0 && size.get() > 0 && threads.compareAndSet(0, 1)) {
        startNext(); // something came as this one was about to end
      }
    }
  }

  private void deliverAll(Thread self) {
    while (current == self) {
      Runnable delivery = undelivered.poll();
      if (delivery != null) {
        size.decrementAndGet();
        sinceNanos = platform.nanoTime();
        delivering = true;
        if (size.get() > 0) {
          pool.watchdog().wake(); // it looks whether this one returns
        }
        run(delivery);
        Thread.interrupted(); // a flag left behind would turn parking into spinning
        if (current == self) {
          delivering = false;
        }
      } else if (pool.crew().hasEnded()) {
        return;
      } else {
        platform.park(this, Platform.FOR_EVER);
      }
    }
  }
}
