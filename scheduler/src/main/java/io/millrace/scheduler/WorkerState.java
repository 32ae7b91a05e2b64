package io.millrace.scheduler;

import org.jspecify.annotations.Nullable;

/** What a worker is doing, as one sees it from outside. */
sealed interface WorkerState {

  /** Its thread has been started and has not come to its first look for work. */
  record Starting() implements WorkerState {}

  /** It looks for work, or sleeps. */
  record Idle() implements WorkerState {}

  /**
   * Its guest runs.
   *
   * @param id counts the worker's runs
   * @param deadlineNanos when it is stopped; {@link Long#MAX_VALUE} without a deadline
   */
  record Running(long id, long deadlineNanos) implements WorkerState {}

  /** The pool was closed; it runs what is left. */
  record Draining() implements WorkerState {}

  /** It takes no more work. */
  record Terminated(Cause cause) implements WorkerState {}

  /** Why a worker ended. */
  enum Cause {
    /** The pool was closed and all was done. */
    CLOSED,
    /** There had been nothing to do for the keep-alive time. */
    UNUSED,
    /** Its guest did not stop within the grace time; its thread may go on for ever. */
    ABANDONED,
    /** Its thread died. */
    DIED
  }

  /**
   * The atomic behind it.
   *
   * <pre>
   *   STARTING ---> SERVING ---> DRAINING
   *       |            |  \          |
   *       |            |   \         +--> TERMINATED(CLOSED)
   *       |            |    +-----------> TERMINATED(UNUSED)
   *       +------------+----------------> TERMINATED(DIED)
   *                    +----------------> TERMINATED(ABANDONED)
   * </pre>
   *
   * Within SERVING and DRAINING a worker is running when it has a current task and idle when it has
   * none: that changes with each invocation and is no atomic of its own, see {@link Task}.
   *
   * <table>
   *   <caption>Access</caption>
   *   <tr><th>move</th><th>by</th></tr>
   *   <tr><td>to SERVING, DRAINING</td><td>the worker, compare-and-set</td></tr>
   *   <tr><td>to TERMINATED(ABANDONED)</td><td>the watchdog, compare-and-set from any live phase</td></tr>
   *   <tr><td>to TERMINATED(others)</td><td>the worker, compare-and-set from any live phase</td></tr>
   *   <tr><td>current task</td><td>the worker, opaque; read by anybody, as a hint</td></tr>
   * </table>
   *
   * Whoever wins the move to TERMINATED empties the slot; nobody else does.
   */
  enum Phase {
    STARTING,
    SERVING,
    DRAINING,
    CLOSED(Cause.CLOSED),
    UNUSED(Cause.UNUSED),
    ABANDONED(Cause.ABANDONED),
    DIED(Cause.DIED);

    final @Nullable Cause cause;

    Phase() {
      this(null);
    }

    Phase(@Nullable Cause cause) {
      this.cause = cause;
    }

    boolean isLive() {
      return cause == null;
    }

    WorkerState toState(@Nullable Task current, long runs) {
      if (cause != null) {
        return new Terminated(cause);
      }
      if (current != null && current.isRunning()) {
        return new Running(runs, current.hasDeadline() ? current.deadlineNanos() : Long.MAX_VALUE);
      }
      return switch (this) {
        case STARTING -> new Starting();
        case DRAINING -> new Draining();
        default -> new Idle();
      };
    }
  }
}
