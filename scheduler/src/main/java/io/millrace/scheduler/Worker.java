package io.millrace.scheduler;

import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import org.jspecify.annotations.Nullable;

/** One thread and one lease: takes tasks until the pool is closed and drained. */
final class Worker implements Runnable {

  /** Guests recurse on the worker's own stack. */
  private static final long STACK_BYTES = 4L * 1024 * 1024;

  private final ScheduledWorkerPool pool;
  private final int index;
  private final Thread thread;
  private final RunState runState;
  private @Nullable GuestLease lease;
  private long lastRunId;

  Worker(ScheduledWorkerPool pool, int index, String name) {
    this.pool = pool;
    this.index = index;
    this.thread = new Thread(null, this, name, STACK_BYTES);
    thread.setDaemon(true);
    this.runState = new RunState(thread);
  }

  Thread thread() {
    return thread;
  }

  RunState runState() {
    return runState;
  }

  @Override
  public void run() {
    boolean keyedFirst = true;
    try {
      while (true) {
        Task task = pool.inboxes().poll(index, keyedFirst);
        keyedFirst = !keyedFirst;
        if (task != null) {
          pool.taken();
          run(task);
        } else if (pool.permits().isDrained()) {
          return;
        } else {
          pool.inboxes().await(index, pool.permits());
        }
      }
    } finally {
      try {
        closeLease();
      } finally {
        pool.workerEnded();
      }
    }
  }

  private void run(Task task) {
    if (task.isDone()) {
      return; // expired or cancelled while it waited, and answered then
    }
    if (pool.isTerminated()) {
      pool.tryAbandon(
          task, () -> new WorkerException.WorkerTerminated("worker was terminated", null));
      return;
    }
    if (task.isPastDeadline(System.nanoTime())) {
      pool.expire(task);
      return;
    }
    long id = ++lastRunId;
    boolean began = false;
    long startNanos = 0;
    byte[] bytes = null;
    WorkerException failure = null;
    runState.begin(id);
    try {
      if (pool.isTerminated()) {
        // Looked at again behind begin: either this sees it, or the terminator sees the run.
        throw new WorkerException.WorkerTerminated("worker was terminated", null);
      }
      // Building a guest counts as waiting: the deadline can pass and the caller can cancel.
      Guest guest = lease().guest(task.invocation.tenant());
      began = task.tryBegin(runState, id);
      if (began) {
        startNanos = System.nanoTime();
        bytes = guest.invoke(task.invocation);
      }
    } catch (WorkerException known) {
      failure = known;
    } catch (Throwable unexpected) {
      failure =
          new WorkerException.WorkerTerminated(
              "worker failed unexpectedly: " + unexpected, unexpected);
      closeLease();
    }
    boolean interrupted = runState.end(id);
    long endNanos = System.nanoTime();
    if (!began) {
      if (failure != null) {
        WorkerException cause = interrupted ? interruptedFor(task, endNanos, failure) : failure;
        pool.tryAbandon(task, () -> cause);
      }
      return;
    }
    task.ended();
    long serviceNanos = endNanos - startNanos;
    if (bytes != null) {
      pool.answer(
          task,
          new Reply.Completed(task.invocation, bytes, serviceNanos, task.sojournNanos(endNanos)));
    } else if (failure != null) {
      WorkerException cause = interrupted ? interruptedFor(task, endNanos, failure) : failure;
      pool.answer(
          task,
          new Reply.Failed(task.invocation, cause, serviceNanos, task.sojournNanos(endNanos)));
    }
  }

  private WorkerException interruptedFor(Task task, long nowNanos, WorkerException failure) {
    if (pool.isTerminated()) {
      return new WorkerException.WorkerTerminated("worker was terminated", failure);
    }
    return task.isPastDeadline(nowNanos) ? task.deadlineExceeded(true) : failure;
  }

  private GuestLease lease() {
    if (lease == null) {
      lease = pool.guests().lease();
    }
    return lease;
  }

  private void closeLease() {
    GuestLease last = lease;
    lease = null;
    if (last != null) {
      last.close();
    }
  }
}
