package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Watches the deadlines of the tasks that wait or run. One thread per pool, started with the first
 * task that has a deadline, asleep until the earliest one.
 *
 * <p>Tasks stand in a table of twice as many places as there can be tasks, found by a rotating
 * ticket; a scan reads the whole of it. Registering and removing cost one atomic each and allocate
 * nothing. Resolution: a passed deadline is noticed within about 1 ms, plus what the operating
 * system takes to wake a thread.
 *
 * <p>No wake-up is lost: a scan first sets {@code nextWakeNanos} to "always wake me" and at its end
 * to the earliest deadline that it saw. A task that the scan missed was registered after the first
 * write, so its registrar reads one of the two and wakes the watchdog if its deadline comes first.
 */
final class Watchdog implements Runnable {

  /** The place of a task that is not watched. */
  static final int NOWHERE = -1;

  private static final long RETRY_NANOS = 1_000_000;
  private static final long IDLE_NANOS = 3_600_000_000_000L;

  private final ScheduledWorkerPool pool;
  private final AtomicReferenceArray<@Nullable Task> table;
  private final AtomicInteger ticket = new AtomicInteger();
  private final Thread thread;
  private volatile boolean stopped;
  private volatile boolean scanning = true;
  private volatile long nextWakeNanos;

  Watchdog(ScheduledWorkerPool pool, int mostTasks) {
    this.pool = pool;
    this.table = new AtomicReferenceArray<>(Integer.highestOneBit(mostTasks) * 4);
    this.thread = new Thread(this, "millrace-watchdog");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  /** Any thread, before the task is queued. */
  void add(Task task) {
    int mask = table.length() - 1;
    while (true) {
      int place = ticket.getAndIncrement() & mask;
      if (table.get(place) == null && table.compareAndSet(place, null, task)) {
        task.watchedAt(place);
        break;
      }
    }
    if (task.isDone()) {
      remove(task); // cancelled meanwhile, by one who may not have seen the place
    } else if (scanning || task.deadlineNanos() - nextWakeNanos < 0) {
      LockSupport.unpark(thread);
    }
  }

  /** Any thread. Harmless when repeated. */
  void remove(Task task) {
    int place = task.watchedAt();
    if (place != NOWHERE) {
      table.compareAndSet(place, task, null);
    }
  }

  @Override
  public void run() {
    while (!stopped) {
      scanning = true;
      long now = System.nanoTime();
      long sleepNanos = scan(now);
      nextWakeNanos = now + sleepNanos;
      scanning = false;
      LockSupport.parkNanos(this, sleepNanos - (System.nanoTime() - now));
    }
  }

  /** Acts upon what has passed; answers how long nothing else will. */
  private long scan(long now) {
    long sleepNanos = IDLE_NANOS;
    for (int i = 0; i < table.length(); i++) {
      Task task = table.get(i);
      if (task == null || task.isDone()) {
        continue;
      }
      long left = task.deadlineNanos() - now;
      if (left <= 0) {
        pool.expire(task);
        // A task between its begin and its run, or a guest that has not stopped yet.
        left = RETRY_NANOS;
      }
      sleepNanos = Math.min(sleepNanos, left);
    }
    return sleepNanos;
  }
}
