package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One invocation on its way. Whoever moves it out of WAITING or RUNNING owns the answer, and there
 * is exactly one such move; so it is answered exactly once. An interrupt is a part of the same
 * state, so it hits the run that it was meant for, or nobody.
 *
 * <pre>
 *   NEW        has no room in the pool yet        tryWithdraw: DONE, the withdrawer answers
 *    | tryAdmit
 *   WAITING    counted as waiting                 tryAbandon: DONE, the abandoner answers
 *    |    \ tryTake
 *    |    TAKEN  by a worker that does something else first  tryWithdraw: DONE, as above
 *    |    / tryRun
 *    | tryBegin
 *   RUNNING ---------- tryEnd ---------------------------&gt; DONE   the worker answers
 *    | tryStop                                              ^
 *   STOPPING (the stopper answers)                          | tryEnd, as the loser:
 *    | Thread.interrupt()                                   | clears the interrupt
 *   STOPPED -----------------------------------------------+
 *    | tryLeave, after the grace time
 *   LEFT       the thread is given up
 * </pre>
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>written by</th><th>read by</th></tr>
 *   <tr><td>state</td><td>compare-and-set; STOPPED by the stopper, volatile; WAITING
 *       plain where nobody else has seen it</td><td>volatile</td></tr>
 *   <tr><td>holder: the lane</td><td>dispatch, plain, before a queue hands the task on</td>
 *       <td>worker, plain, behind that queue</td></tr>
 *   <tr><td>holder: the worker</td><td>worker, plain, before RUNNING</td>
 *       <td>plain, after seeing RUNNING</td></tr>
 *   <tr><td>submittedNanos</td><td>submitter, plain, before the task is queued</td>
 *       <td>plain, behind that queue</td></tr>
 *   <tr><td>reply</td><td>owner of the answer, volatile</td><td>volatile</td></tr>
 *   <tr><td>watchedAt: the place plus one, since a volatile write in the constructor is dear</td>
 *       <td>submitter, volatile</td><td>volatile</td></tr>
 * </table>
 */
abstract class Task {

  private static final int NEW = 0;
  private static final int WAITING = 1;
  private static final int TAKEN = 2;
  private static final int RUNNING = 3;
  private static final int STOPPING = 4;
  private static final int STOPPED = 5;
  private static final int LEFT = 6;
  private static final int DONE = 7;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Task.class, "state", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** Who can run a task: somebody with a thread that can be interrupted. */
  interface Runner {
    Thread thread();
  }

  final Invocation invocation;
  private volatile int state;
  private volatile int watchedAt;
  private long submittedNanos;
  private volatile @Nullable Reply reply;
  private @Nullable Object holder;

  Task(Invocation invocation) {
    this.invocation = invocation;
  }

  /**
   * Gives {@link #reply} to whoever waits for it. Once, by the owner of the answer. Answers whether
   * others' code may have run.
   */
  abstract boolean deliver();

  /** Starts the clock: sojourn and deadline count from here. */
  void submitted(long nowNanos) {
    submittedNanos = nowNanos;
  }

  long sojournNanos(long nowNanos) {
    return nowNanos - submittedNanos;
  }

  boolean hasDeadline() {
    return invocation.deadline() != null;
  }

  /** When the deadline passes; only for a task that has one. */
  long deadlineNanos() {
    return submittedNanos + spanNanos(Objects.requireNonNull(invocation.deadline()));
  }

  private static long spanNanos(Duration span) {
    try {
      return Math.min(span.toNanos(), Long.MAX_VALUE / 2);
    } catch (ArithmeticException beyond292Years) {
      return Long.MAX_VALUE / 2;
    }
  }

  boolean isPastDeadline(long nowNanos) {
    return hasDeadline() && nowNanos - deadlineNanos() >= 0;
  }

  /** The failure of a task whose deadline has passed. */
  WorkerException deadlineExceeded(boolean started) {
    return new WorkerException.DeadlineExceeded(
        invocation.function(), Objects.requireNonNull(invocation.deadline()), started);
  }

  // ---- who runs and who answers

  void queuedIn(Lane lane) {
    holder = lane;
  }

  /** Where it was queued. Worker only, before it begins. */
  @Nullable Lane lane() {
    return holder instanceof Lane lane ? lane : null;
  }

  /** The submitter, with room for it. Fails when it was withdrawn meanwhile. */
  boolean tryAdmit() {
    return STATE.compareAndSet(this, NEW, WAITING);
  }

  /** The same for a task that nobody else can have seen: costs no atomic. */
  void admitUnseen() {
    STATE.set(this, WAITING);
  }

  /** Worker only. */
  boolean tryBegin(Runner worker) {
    holder = worker;
    return STATE.compareAndSet(this, WAITING, RUNNING);
  }

  /** Worker only. It has departed from the queue, and is not to be interrupted yet. */
  boolean tryTake() {
    return STATE.compareAndSet(this, WAITING, TAKEN);
  }

  /** Worker only, after {@link #tryTake}. */
  boolean tryRun(Runner worker) {
    holder = worker;
    return STATE.compareAndSet(this, TAKEN, RUNNING);
  }

  /** Any thread: takes a task out of the queue, wherever it stands there; its room comes free. */
  boolean tryAbandon() {
    return STATE.compareAndSet(this, WAITING, DONE);
  }

  /** Any thread: the same for a task that has no room yet, or none any more. */
  boolean tryWithdraw() {
    return STATE.compareAndSet(this, NEW, DONE) || STATE.compareAndSet(this, TAKEN, DONE);
  }

  /**
   * Worker only, when the guest has returned. The loser finds the interrupt flag cleared, or itself
   * given up: see {@link #isLeft}.
   */
  boolean tryEnd(Platform platform) {
    if (STATE.compareAndSet(this, RUNNING, DONE)) {
      return true;
    }
    while (state == STOPPING) {
      platform.onSpinWait(); // the stopper is between its two writes, a few instructions long
    }
    Thread.interrupted();
    STATE.compareAndSet(this, STOPPED, DONE);
    return false;
  }

  /** Any thread. Interrupts the guest if it still runs this task. */
  boolean tryStop(Platform platform) {
    if (!STATE.compareAndSet(this, RUNNING, STOPPING)) {
      return false;
    }
    platform.interleave();
    platform.interrupt(((Runner) Objects.requireNonNull(holder)).thread());
    state = STOPPED;
    return true;
  }

  /** Watchdog only: gives up a worker whose guest was stopped and goes on. */
  boolean tryLeave() {
    return STATE.compareAndSet(this, STOPPED, LEFT);
  }

  /** Who runs it. Only after it was seen running. */
  Worker worker() {
    return (Worker) Objects.requireNonNull(holder);
  }

  /** Whether a guest was told to stop and has not returned. */
  boolean isStopping() {
    return state == STOPPED;
  }

  boolean isRunning() {
    return state == RUNNING;
  }

  boolean isLeft() {
    return state == LEFT;
  }

  /** Whether it neither waits nor runs: its answer has an owner. */
  boolean isDone() {
    return state >= STOPPING;
  }

  // ---- the answer

  void reply(Reply answer) {
    reply = answer;
  }

  @Nullable Reply reply() {
    return reply;
  }

  /** Where the watchdog keeps this task. */
  int watchedAt() {
    return watchedAt - 1;
  }

  void watchedAt(int place) {
    watchedAt = place + 1;
  }
}
