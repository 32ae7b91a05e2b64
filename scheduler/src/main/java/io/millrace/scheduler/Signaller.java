package io.millrace.scheduler;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the answers that no worker delivers: passed deadlines, terminations, what was dropped.
 * On a thread of its own, so that a subscriber can hold up neither the watchdog nor whoever
 * dispatches. A subscriber that does not return for {@link #HELD_NANOS} keeps that thread, and
 * another one goes on with the next answer, up to {@link #MOST_THREADS}: with as many that do not
 * return, answers wait for one of them. Workers do not help out, or they would be kept as well.
 */
final class Signaller {

  /** So many subscribers may block, as {@link io.millrace.pipeline.WorkerPool} says. */
  static final int MOST_THREADS = 256;

  /** Others' answers wait for so long behind a subscriber; to start a thread takes some 0.1 ms. */
  private static final long HELD_NANOS = 10_000_000;

  /** After a thread could not be started, the next try is so much later. */
  private static final long RETRY_NANOS = 100_000_000;

  /** With more than this undelivered, those who cause such answers deliver some themselves. */
  private static final int FULL = 4096;

  /** Set while a thread relieves: what it delivers may submit, and so come here again. */
  private static final ThreadLocal<Boolean> RELIEVING = new ThreadLocal<>();

  private final ScheduledWorkerPool pool;
  private final Platform platform;
  private final String name;
  private final Queue<Runnable> undelivered = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicInteger threads = new AtomicInteger();
  private final Set<Thread> own = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean complained = new AtomicBoolean();

  /** Who delivers now: one that finds another one here ends. Written by watchdog or starter. */
  private volatile @Nullable Deliverer current;

  Signaller(ScheduledWorkerPool pool, String name) {
    this.pool = pool;
    this.platform = pool.platform();
    this.name = name;
  }

  /** Any thread, also one that dispatches. */
  void add(Runnable delivery) {
    undelivered.add(delivery);
    size.incrementAndGet();
    Deliverer now = current;
    if (now != null && now.delivering) {
      pool.watchdog().wake(); // it looks whether that delivery returns
    }
    if (threads.get() != 0) {
      wake();
    } else if (!tryStartFirst()) {
      pool.watchdog().wake(); // it tries again
    }
  }

  /** Any thread that may run user code: helps while there is too much. */
  void relieve() {
    if (size.get() <= FULL || RELIEVING.get() != null) {
      return;
    }
    RELIEVING.set(true);
    try {
      while (size.get() > FULL && tryDeliverOne()) {
        // the next one
      }
    } finally {
      RELIEVING.remove();
    }
  }

  private boolean tryDeliverOne() {
    Runnable delivery = undelivered.poll();
    if (delivery == null) {
      return false;
    }
    size.decrementAndGet();
    run(delivery);
    return true;
  }

  void wake() {
    Deliverer now = current;
    if (now != null) {
      platform.unpark(now.thread);
    }
  }

  /** Something waits for a thread to deliver it. */
  boolean hasUndelivered() {
    return size.get() > 0;
  }

  /** Whether this thread delivers what is others': one of its own, or one that relieves. */
  boolean isDelivering(Thread self) {
    return own.contains(self) || RELIEVING.get() != null;
  }

  /** Watchdog only: replaces a thread that is held up. Answers when to look again. */
  long look(long nowNanos) {
    if (size.get() == 0) {
      return Long.MAX_VALUE; // whoever adds something wakes the watchdog, if anything is delivered
    }
    Deliverer now = current;
    if (now == null || threads.get() == 0) {
      return tryStartFirst() ? HELD_NANOS : RETRY_NANOS;
    }
    long left = now.delivering ? now.sinceNanos + HELD_NANOS - nowNanos : HELD_NANOS;
    if (left > 0) {
      return left;
    }
    if (threads.get() == MOST_THREADS) {
      return HELD_NANOS;
    }
    threads.incrementAndGet();
    if (!tryStartNext()) {
      return RETRY_NANOS;
    }
    platform.unpark(now.thread); // it ends, should it be asleep by now
    return HELD_NANOS;
  }

  private static void run(Runnable delivery) {
    try {
      delivery.run();
    } catch (Throwable thrown) {
      ScheduledWorkerPool.log("a delivery failed", thrown);
    }
  }

  /** Answers whether there is a thread now. */
  private boolean tryStartFirst() {
    return !threads.compareAndSet(0, 1) || tryStartNext();
  }

  /** The thread is counted already. */
  private boolean tryStartNext() {
    Deliverer before = current;
    try {
      Deliverer next = new Deliverer();
      current = next;
      platform.start(next.thread);
      return true;
    } catch (Throwable noThread) {
      current = before;
      threads.decrementAndGet();
      ScheduledWorkerPool.log("a thread that delivers answers could not be started", noThread);
      return false;
    }
  }

  /** One thread, and what it is at: written by itself only. */
  private final class Deliverer implements Runnable {

    private final Thread thread = platform.thread(this, name, 0);
    private volatile boolean delivering;
    private volatile long sinceNanos;

    @Override
    public void run() {
      own.add(thread);
      try {
        if (threads.get() == MOST_THREADS) {
          complain();
        }
        deliverAll();
      } finally {
        own.remove(thread);
        if (threads.decrementAndGet() == 0 && size.get() > 0 && !tryStartFirst()) {
          pool.watchdog().wake(); // something came as this one was about to end
        }
      }
    }

    /** Here and not where it is found, since the watchdog runs no handlers of logs if it can. */
    private void complain() {
      if (complained.compareAndSet(false, true)) {
        ScheduledWorkerPool.log(
            (MOST_THREADS - 1)
                + " subscribers have not returned from an error, and with one more the pool's"
                + " errors wait for them: put publishOn before what takes long; this is logged once",
            null);
      }
    }

    private void deliverAll() {
      while (current == this) {
        Runnable delivery = undelivered.poll();
        if (delivery != null) {
          size.decrementAndGet();
          sinceNanos = platform.nanoTime();
          delivering = true;
          if (size.get() > 0) {
            pool.watchdog().wake(); // it looks whether this one returns
          }
          Signaller.run(delivery);
          Thread.interrupted(); // a flag left behind would turn parking into spinning
          delivering = false;
        } else if (pool.crew().hasEnded()) {
          return;
        } else {
          platform.park(this, Platform.FOR_EVER);
        }
      }
    }
  }
}
