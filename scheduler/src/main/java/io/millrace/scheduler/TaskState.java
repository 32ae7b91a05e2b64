package io.millrace.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntFunction;

/**
 * How far a task has come. Whoever moves it out of WAITING or RUNNING owns the answer, and there is
 * exactly one such move; so it is answered exactly once. An interrupt is a part of the same state,
 * so it hits the run that it was meant for, or nobody. Two workers may both have come by a task:
 * only one of them begins it.
 *
 * <pre>
 *   NEW        has no room in the pool yet        tryWithdraw: GONE, the withdrawer answers
 *    | tryAdmit
 *   WAITING    counted as waiting                 tryAbandon: GONE, the abandoner answers
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
 * <p>One field: one of the above, and from RUNNING on the runner's number. Compare-and-set, but for
 * STOPPED, which the stopper writes (volatile), and WAITING, plain where nobody else has seen it.
 * Read volatile.
 */
abstract class TaskState {

  private static final int NEW = 0;
  private static final int WAITING = 1;
  private static final int RUNNING = 2;
  static final int STOPPING = 3;
  private static final int STOPPED = 4;
  private static final int LEFT = 5;
  static final int ANSWERED = 6;
  static final int GONE = 7;
  private static final int BACK = 8;

  /** Above these bits of the state is the runner's number. */
  private static final int RUNNER_SHIFT = 4;

  private static final int PHASE = (1 << RUNNER_SHIFT) - 1;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(TaskState.class, "state", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private volatile int state;

  /** The submitter, with room for it. Fails when it was withdrawn meanwhile. */
  final boolean tryAdmit() {
    return STATE.compareAndSet(this, NEW, WAITING);
  }

  /** The same for a task that nobody else can have seen: costs no atomic. */
  final void admitUnseen() {
    STATE.set(this, WAITING);
  }

  /** Worker only. */
  final boolean tryBegin(int runner) {
    return STATE.compareAndSet(this, WAITING, with(RUNNING, runner));
  }

  /** Any thread: takes a task out of the queue, wherever it stands there; its room comes free. */
  final boolean tryAbandon() {
    return STATE.compareAndSet(this, WAITING, GONE);
  }

  /** Any thread: the same for a task that has no room yet. */
  final boolean tryWithdraw() {
    return STATE.compareAndSet(this, NEW, GONE);
  }

  /**
   * The runner only, when the guest has returned. The loser finds the interrupt flag cleared, or
   * itself given up: see {@link #isLeft}.
   */
  final boolean tryEnd(int runner, Platform platform) {
    if (STATE.compareAndSet(this, with(RUNNING, runner), with(ANSWERED, runner))) {
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
  final boolean tryStop(Platform platform, IntFunction<Thread> threads) {
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
  final boolean tryLeave() {
    int seen = state;
    return (seen & PHASE) == STOPPED
        && STATE.compareAndSet(this, seen, with(LEFT, seen >>> RUNNER_SHIFT));
  }

  private static int with(int phase, int runner) {
    return phase | (runner << RUNNER_SHIFT);
  }

  /** Which of the above, at one moment. */
  final int phase() {
    return state & PHASE;
  }

  /** Whether it was answered by {@link #runner}, and not in its place. */
  final boolean isAnsweredByRunner() {
    return phase() == ANSWERED;
  }

  /** Who runs it, or ran it. */
  final int runner() {
    return state >>> RUNNER_SHIFT;
  }

  /** Whether a guest was told to stop and has not returned. */
  final boolean isStopping() {
    return phase() == STOPPED;
  }

  final boolean isRunning() {
    return phase() == RUNNING;
  }

  final boolean isRunningOn(int runner) {
    return state == with(RUNNING, runner);
  }

  final boolean isLeft() {
    return phase() == LEFT;
  }

  /** Whether it neither waits nor runs: its answer has an owner. */
  final boolean isDone() {
    return phase() >= STOPPING;
  }
}
