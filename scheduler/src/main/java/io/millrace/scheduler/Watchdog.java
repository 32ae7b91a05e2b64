package io.millrace.scheduler;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the deadlines of tasks that wait or run, and gives up guests that were told to stop and go
 * on beyond the grace time. One thread per pool, started when there is first something to watch,
 * asleep until the earliest moment that something can pass; it ends after the last worker.
 *
 * <p>It runs no user code: what it decides is delivered by the {@link Signaller}. Resolution:
 * {@link #RESOLUTION_NANOS}, plus what the operating system takes to wake a thread.
 *
 * <p>No wake-up is lost: a scan first sets {@code nextWakeNanos} to "always wake me" (by {@code
 * scanning}) and at its end to the earliest moment that it saw. What the scan missed was added
 * after the first write, so whoever added it reads one of the two, and wakes the watchdog if its
 * moment comes first.
 */
final class Watchdog implements Runnable {

  /**
   * A passed deadline is noticed within this time: what is put off by rounding and by what one look
   * takes. After a look that failed, the next one comes so much later.
   */
  static final long RESOLUTION_NANOS = 500_000;

  private record Stop(Task task, Worker worker, long untilNanos) {}

  private final ScheduledWorkerPool pool;
  private final Platform platform;
  private final int mostTasks;
  private final long graceNanos;
  private final Thread thread;
  private final AtomicBoolean started = new AtomicBoolean();
  private final Queue<Stop> newStops = new ConcurrentLinkedQueue<>();
  private final List<Stop> stops = new ArrayList<>();
  private volatile boolean ends;
  private volatile long endNanos;
  private volatile boolean scanning = true;
  private volatile long nextWakeNanos;

  /** Made with the first deadline: a pool that sees none does not pay for it. */
  private volatile @Nullable DeadlineTable table;

  Watchdog(ScheduledWorkerPool pool, int mostTasks, long graceNanos, String name) {
    this.pool = pool;
    this.platform = pool.platform();
    this.mostTasks = mostTasks;
    this.graceNanos = graceNanos;
    this.thread = platform.thread(this, name, 0);
  }

  /** Any thread, before the task is queued. */
  void watch(Task task) {
    DeadlineTable known = table;
    wakeFor((known == null ? makeTable(platform.nanoTime()) : known).add(task));
  }

  private synchronized DeadlineTable makeTable(long nowNanos) {
    DeadlineTable made = table;
    if (made == null) {
      made = new DeadlineTable(mostTasks, nowNanos);
      table = made;
    }
    return made;
  }

  /** Any thread. Harmless when repeated. */
  void forget(Task task) {
    DeadlineTable known = table;
    if (known != null) {
      known.remove(task);
    }
  }

  /** Any thread: from now on the grace time runs for a guest that was told to stop. */
  void watchStop(Task stopped, Worker worker) {
    long until = platform.nanoTime() + graceNanos;
    newStops.add(new Stop(stopped, worker, until));
    wakeFor(until);
  }

  /**
   * Any thread: then the pool is terminated, if it has not ended by itself. Of several moments the
   * first one counts.
   */
  void terminateAt(long momentNanos) {
    synchronized (this) { // among those that close
      if (!ends || momentNanos - endNanos < 0) {
        endNanos = momentNanos;
        ends = true;
      }
    }
    wakeFor(momentNanos);
  }

  private long lookAtEnd(long now) {
    if (!ends) {
      return Long.MAX_VALUE;
    }
    long left = endNanos - now;
    if (left <= 0) {
      ends = false;
      pool.terminate();
      return Long.MAX_VALUE;
    }
    return left;
  }

  /** Something is to be looked at soon. */
  void wake() {
    start();
    platform.unpark(thread);
  }

  /** The last worker has ended. */
  void wakeToEnd() {
    if (started.get()) {
      platform.unpark(thread);
    }
  }

  boolean isOwnThread(Thread self) {
    return self == thread;
  }

  private void wakeFor(long momentNanos) {
    start();
    if (scanning || momentNanos - nextWakeNanos < 0) {
      platform.unpark(thread);
    }
  }

  private void start() {
    if (!started.get() && started.compareAndSet(false, true)) {
      try {
        platform.start(thread);
      } catch (Throwable noThread) {
        started.set(false); // whoever needs it next tries again
        ScheduledWorkerPool.log("the thread that keeps deadlines could not be started", noThread);
      }
    }
  }

  @Override
  public void run() {
    while (!pool.crew().hasEnded()
        || pool.signaller().hasUndelivered()
        || pool.streams().hasUndrained()) {
      scanning = true;
      long now = platform.nanoTime();
      long sleepNanos = Long.MAX_VALUE;
      try {
        DeadlineTable known = table;
        long nextDeadline =
            known == null ? Long.MAX_VALUE : known.scan(now, pool.deadlines()::expire);
        sleepNanos = Math.min(nextDeadline, scanStops(now));
        sleepNanos = Math.min(sleepNanos, lookAtEnd(now));
        sleepNanos = Math.min(sleepNanos, pool.signaller().look(now));
        sleepNanos = Math.min(sleepNanos, pool.streams().look());
        sleepNanos = Math.min(sleepNanos, pool.staffing().look(now));
      } catch (Throwable unexpected) {
        ScheduledWorkerPool.log("the watchdog failed at one look and goes on", unexpected);
        sleepNanos = RESOLUTION_NANOS;
      }
      // Far moments are looked at again in an hour: the sum of two must not overflow.
      sleepNanos = Math.min(sleepNanos, 3_600_000_000_000L);
      nextWakeNanos = now + sleepNanos;
      scanning = false;
      long left = sleepNanos - (platform.nanoTime() - now);
      if (left > 0) {
        platform.park(this, Math.max(left, RESOLUTION_NANOS / 10));
      }
    }
    pool.signaller().wake(); // its turn to end
  }

  private long scanStops(long now) {
    for (Stop stop = newStops.poll(); stop != null; stop = newStops.poll()) {
      stops.add(stop);
    }
    long next = Long.MAX_VALUE;
    for (Iterator<Stop> each = stops.iterator(); each.hasNext(); ) {
      Stop stop = each.next();
      long left = stop.untilNanos - now;
      if (!stop.task.isStopping()) {
        each.remove();
      } else if (left > 0) {
        next = Math.min(next, left);
      } else {
        each.remove();
        if (stop.task.tryLeave()) {
          pool.crew().abandon(stop.worker, stop.task.invocation);
        }
      }
    }
    return next;
  }
}
