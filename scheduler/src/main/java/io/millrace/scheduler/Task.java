package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.LentSlices;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One invocation on its way. Whoever moves it out of WAITING or RUNNING owns the answer, and there
 * is exactly one such move; so it is answered exactly once. An interrupt is a part of the same
 * state, so it hits the run that it was meant for, or nobody. Two workers may both have come by a
 * task: only one of them begins it.
 *
 * <pre>
 *   NEW        has no room in the pool yet        tryWithdraw: GONE, the withdrawer answers
 *    | tryAdmit
 *   WAITING    counted as waiting                 tryAbandon: GONE, the abandoner answers
 *    |    \ tryTake
 *    |    TAKEN  by a worker that does something else first  tryWithdraw: GONE, as above
 *    |    / tryRun
 *    | tryBegin
 *   RUNNING ---------- tryEnd ---------------------------&gt; ANSWERED by the worker
 *    | tryStop
 *   STOPPING (the stopper answers)
 *    | Thread.interrupt()
 *   STOPPED ---------- tryEnd, as the loser: clears the interrupt ---&gt; BACK
 *    | tryLeave, after the grace time
 *   LEFT       the thread is given up
 * </pre>
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>written by</th><th>read by</th></tr>
 *   <tr><td>state: one of the above, and from RUNNING on the runner's number</td>
 *       <td>compare-and-set; STOPPED by the stopper, volatile; WAITING plain where nobody else has
 *       seen it</td><td>volatile</td></tr>
 *   <tr><td>result: the answer of the worker, or of whoever made it GONE</td><td>worker, plain,
 *       before it tries to end; volatile</td><td>plain, after seeing ANSWERED; volatile</td></tr>
 *   <tr><td>other: that it needs room; its lane; the stopper's answer</td><td>submitter and dispatch, plain, before a queue
 *       hands the task on; volatile</td><td>worker, plain, behind that queue; volatile</td></tr>
 *   <tr><td>submittedNanos</td><td>submitter, plain, before the task is queued</td>
 *       <td>plain, behind that queue</td></tr>
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
  private static final int ANSWERED = 7;
  private static final int GONE = 8;
  private static final int BACK = 9;

  /** Above these bits of the state is the runner's number. */
  private static final int RUNNER_SHIFT = 4;

  private static final int PHASE = (1 << RUNNER_SHIFT) - 1;

  private static final Object NO_ROOM = new Object();

  private static final VarHandle STATE;
  private static final VarHandle RESULT;
  private static final VarHandle OTHER;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Task.class, "state", int.class);
      RESULT = MethodHandles.lookup().findVarHandle(Task.class, "result", Reply.class);
      OTHER = MethodHandles.lookup().findVarHandle(Task.class, "other", Object.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  final Invocation invocation;
  private volatile int state;
  private volatile int watchedAt;
  private long submittedNanos;
  private @Nullable Reply result;
  private @Nullable Object other;

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

  /** Whether its payload changes hands when it is accepted. */
  boolean isLent() {
    return invocation.payload() instanceof LentSlices;
  }

  /**
   * It has room: what its payload transfers is the sender's no more.
   *
   * @throws WorkerException.SliceMisuse when that is not the sender's to give
   */
  void acceptPayload() {
    if (invocation.payload() instanceof LentSlices lent) {
      lent.accept(this);
    }
  }

  /** No guest is going to have the payload. */
  void dropPayload() {
    if (invocation.payload() instanceof LentSlices lent) {
      lent.release(this);
    }
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
    other = lane;
  }

  /** Where it was queued. Worker only, before it begins. */
  @Nullable Lane lane() {
    return other instanceof Lane lane ? lane : null;
  }

  /** The submitter, with room for it. Fails when it was withdrawn meanwhile. */
  boolean tryAdmit() {
    return STATE.compareAndSet(this, NEW, WAITING);
  }

  /** The same for a task that nobody else can have seen: costs no atomic. */
  void admitUnseen() {
    STATE.set(this, WAITING);
  }

  /** The submitter, before it is queued: dispatch has to make room for it first. */
  void withoutRoom() {
    other = NO_ROOM;
  }

  boolean needsRoom() {
    return other == NO_ROOM;
  }

  /** Worker only. */
  boolean tryBegin(int runner) {
    return STATE.compareAndSet(this, WAITING, with(RUNNING, runner));
  }

  /** Worker only. It has departed from the queue, and is not to be interrupted yet. */
  boolean tryTake() {
    return STATE.compareAndSet(this, WAITING, TAKEN);
  }

  /** Worker only, after {@link #tryTake}. */
  boolean tryRun(int runner) {
    return STATE.compareAndSet(this, TAKEN, with(RUNNING, runner));
  }

  /** Any thread: takes a task out of the queue, wherever it stands there; its room comes free. */
  boolean tryAbandon() {
    return STATE.compareAndSet(this, WAITING, GONE);
  }

  /** Any thread: the same for a task that has no room yet, or none any more. */
  boolean tryWithdraw() {
    return STATE.compareAndSet(this, NEW, GONE) || STATE.compareAndSet(this, TAKEN, GONE);
  }

  /**
   * The runner only, when the guest has returned: answers with {@code answer}. The loser finds the
   * interrupt flag cleared, or itself given up: see {@link #isLeft}.
   */
  boolean tryEnd(int runner, Reply answer, Platform platform) {
    result = answer;
    if (STATE.compareAndSet(this, with(RUNNING, runner), ANSWERED)) {
      return true;
    }
    while (phase() == STOPPING) {
      platform.onSpinWait(); // the stopper is between its two writes, a few instructions long
    }
    Thread.interrupted();
    STATE.compareAndSet(this, with(STOPPED, runner), with(BACK, runner));
    return false;
  }

  /**
   * Any thread. Interrupts the guest if it still runs this task.
   *
   * @param threads of the runners, by their numbers
   */
  boolean tryStop(Platform platform, IntFunction<Thread> threads) {
    int seen = state;
    int runner = seen >>> RUNNER_SHIFT;
    if ((seen & PHASE) != RUNNING || !STATE.compareAndSet(this, seen, with(STOPPING, runner))) {
      return false;
    }
    platform.interleave();
    platform.interrupt(threads.apply(runner));
    state = with(STOPPED, runner);
    return true;
  }

  /** Watchdog only: gives up a worker whose guest was stopped and goes on. */
  boolean tryLeave() {
    int seen = state;
    return (seen & PHASE) == STOPPED
        && STATE.compareAndSet(this, seen, with(LEFT, seen >>> RUNNER_SHIFT));
  }

  private static int with(int phase, int runner) {
    return phase | (runner << RUNNER_SHIFT);
  }

  private int phase() {
    return state & PHASE;
  }

  /** Who runs it, or ran it until it was stopped. */
  int runner() {
    return state >>> RUNNER_SHIFT;
  }

  /** Whether a guest was told to stop and has not returned. */
  boolean isStopping() {
    return phase() == STOPPED;
  }

  boolean isRunning() {
    return phase() == RUNNING;
  }

  boolean isRunningOn(int runner) {
    return state == with(RUNNING, runner);
  }

  boolean isLeft() {
    return phase() == LEFT;
  }

  /** Whether it neither waits nor runs: its answer has an owner. */
  boolean isDone() {
    return phase() >= STOPPING;
  }

  // ---- the answer

  /** The owner of the answer, if it is not the runner. */
  void reply(Reply answer) {
    if (phase() == GONE) {
      RESULT.setVolatile(this, answer); // dispatch may still have to queue it
    } else {
      OTHER.setVolatile(this, answer); // its runner may be writing a result that nobody will see
    }
  }

  @Nullable Reply reply() {
    int phase = phase();
    if (phase == ANSWERED) {
      return result;
    }
    if (phase < STOPPING) {
      return null;
    }
    Object answer = phase == GONE ? RESULT.getVolatile(this) : OTHER.getVolatile(this);
    return answer instanceof Reply reply ? reply : null;
  }

  /** Where the watchdog keeps this task. */
  int watchedAt() {
    return watchedAt - 1;
  }

  void watchedAt(int place) {
    watchedAt = place + 1;
  }
}
