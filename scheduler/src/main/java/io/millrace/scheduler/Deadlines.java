package io.millrace.scheduler;

import io.millrace.pipeline.WorkerException;
import java.util.Objects;

/** What becomes of tasks whose time is up, or soon will be. */
final class Deadlines {

  private final ScheduledWorkerPool pool;
  private final boolean shedsLate;

  Deadlines(ScheduledWorkerPool pool, Overflow overflow) {
    this.pool = pool;
    this.shedsLate = overflow == Overflow.SHED_LATE;
  }

  /** The submitter: a deadline runs from before the task has room. Harmless when repeated. */
  void watch(Task task) {
    if (task.hasDeadline() && task.watchedAt() == DeadlineTable.NOWHERE) {
      pool.watchdog().watch(task);
    }
  }

  /** Any thread: it has its answer. Harmless when repeated. */
  void forget(Task task) {
    if (task.hasDeadline()) {
      pool.watchdog().forget(task);
    }
  }

  /** Watchdog only: answers a task whose deadline has passed; stops its guest if it runs. */
  void expire(Task task) {
    Outcomes outcomes = pool.outcomes();
    if (!outcomes.tryAnswerWaiting(task, () -> task.deadlineExceeded(false), true)) {
      outcomes.tryStop(task, () -> task.deadlineExceeded(true));
    }
  }

  /** Worker only: answers a task that is not to be begun any more. Answers whether it was one. */
  boolean isUnfit(Task task) {
    WorkerException terminated = pool.terminated();
    if (terminated != null) {
      pool.outcomes().tryAnswerWaiting(task, () -> terminated, false);
      return true;
    }
    if (!task.hasDeadline()) {
      return false;
    }
    long nowNanos = pool.platform().nanoTime();
    if (task.isPastDeadline(nowNanos)) {
      pool.outcomes().tryAnswerWaiting(task, () -> task.deadlineExceeded(false), false);
      return true;
    }
    if (shedsLate && isLate(task, nowNanos, pool.loadMeter().meanServiceNanos())) {
      pool.outcomes().tryAnswerWaiting(task, () -> shed(task), false);
      return true;
    }
    return false;
  }

  /** Whether a run that takes as long as others would end behind its deadline. */
  static boolean isLate(Task task, long nowNanos, long serviceNanos) {
    return task.hasDeadline() && task.deadlineNanos() - nowNanos < serviceNanos;
  }

  static WorkerException shed(Task task) {
    return new WorkerException.Shed(
        task.invocation.function(), Objects.requireNonNull(task.invocation.deadline()));
  }
}
