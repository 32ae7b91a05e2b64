package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One invocation on its way. Exactly one party answers it: the worker that began it, or whoever
 * abandoned it while it waited.
 *
 * <pre>
 *             tryBegin (worker)
 *   WAITING ----------------------> RUNNING ---> DONE      the worker answers
 *      |       tryAbandon (watchdog, canceller, worker)
 *      +---------------------------------------> DONE      the abandoner answers
 * </pre>
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>written by</th><th>read by</th></tr>
 *   <tr><td>state</td><td>compare-and-set from WAITING; release write by the owner</td>
 *       <td>volatile</td></tr>
 *   <tr><td>runState, runId</td><td>worker, plain, before RUNNING</td>
 *       <td>plain, after seeing RUNNING</td></tr>
 *   <tr><td>submittedNanos, deadlineNanos</td><td>submitter, plain, before the task is queued</td>
 *       <td>plain, after taking it from a queue</td></tr>
 *   <tr><td>cancelled</td><td>canceller, volatile</td><td>volatile</td></tr>
 *   <tr><td>watchedAt</td><td>submitter, volatile</td><td>volatile</td></tr>
 * </table>
 */
abstract class Task {

  private static final int WAITING = 0;
  private static final int RUNNING = 1;
  private static final int DONE = 2;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Task.class, "state", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  final Invocation invocation;
  private long submittedNanos;
  private long deadlineNanos;
  private volatile int watchedAt = Watchdog.NOWHERE;

  @SuppressWarnings("unused") // through STATE
  private volatile int state = WAITING;

  private volatile boolean cancelled;
  private @Nullable RunState runState;
  private long runId;

  Task(Invocation invocation) {
    this.invocation = invocation;
  }

  /** Gives the reply to whoever waits for it. Called once, by the owner of the answer. */
  abstract void answer(Reply reply);

  /** Starts the clock: sojourn and deadline count from here. */
  void submitted(long nowNanos) {
    submittedNanos = nowNanos;
    if (invocation.deadline() != null) {
      long span;
      try {
        span = invocation.deadline().toNanos();
      } catch (ArithmeticException beyond292Years) {
        span = Long.MAX_VALUE / 2;
      }
      deadlineNanos = nowNanos + Math.min(span, Long.MAX_VALUE / 2);
    }
  }

  boolean hasDeadline() {
    return invocation.deadline() != null;
  }

  boolean isPastDeadline(long nowNanos) {
    return hasDeadline() && nowNanos - deadlineNanos >= 0;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  long sojournNanos(long nowNanos) {
    return nowNanos - submittedNanos;
  }

  boolean tryBegin(RunState worker, long id) {
    runState = worker;
    runId = id;
    return STATE.compareAndSet(this, WAITING, RUNNING);
  }

  boolean tryAbandon() {
    return STATE.compareAndSet(this, WAITING, DONE);
  }

  void ended() {
    STATE.setRelease(this, DONE);
  }

  boolean isDone() {
    return state == DONE;
  }

  /** Interrupts the run, if this task runs at this moment. */
  boolean tryInterrupt() {
    return state == RUNNING && runState != null && runState.tryInterrupt(runId);
  }

  /** Drops the task if it waits, stops it if it runs. Answers whether it was dropped. */
  boolean tryDrop() {
    cancelled = true;
    if (tryAbandon()) {
      return true;
    }
    tryInterrupt();
    return false;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** The failure of a task whose deadline has passed. */
  WorkerException deadlineExceeded(boolean started) {
    if (invocation.deadline() == null) {
      throw new IllegalStateException("no deadline");
    }
    return new WorkerException.DeadlineExceeded(
        invocation.function(), invocation.deadline(), started);
  }

  /** Where the watchdog keeps this task. */
  int watchedAt() {
    return watchedAt;
  }

  void watchedAt(int place) {
    watchedAt = place;
  }
}
