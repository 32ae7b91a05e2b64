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
    if (shedsLate && isLate(task, nowNanos, pool.loadMeter().meanServiceNanos()) && !isAlone()) {
      pool.outcomes().tryAnswerWaiting(task, () -> shed(task), false);
      return true;
    }
    return false;
  }

  /**
   * Whether a run that takes as long as its tenant's others would end behind its deadline.
   *
   * @param meanNanos of all tenants' runs, for a tenant that has had none
   */
  static boolean isLate(Task task, long nowNanos, long meanNanos) {
    if (!task.hasDeadline()) {
      return false;
    }
    Lane lane = task.lane();
    long known = lane == null ? 0 : lane.costNanos();
    return task.deadlineNanos() - nowNanos < (known == 0 ? meanNanos : known);
  }

  /**
   * Nobody else waits: then it is tried, however late it seems to be. Service time is measured by
   * what runs, so after a few long runs nothing would be begun any more, and nothing measured.
   */
  private boolean isAlone() {
    return pool.admission().waiting() <= 1;
  }

  static WorkerException shed(Task task) {
    return new WorkerException.Shed(
        task.invocation.function(), Objects.requireNonNull(task.invocation.deadline()));
  }
}
