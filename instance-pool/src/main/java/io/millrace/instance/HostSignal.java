package io.millrace.instance;

import io.millrace.pipeline.WorkerException;

/**
 * What ends a guest from inside one of the host's functions, on its way through the engine to the
 * invocation. The guest's stack is gone afterwards, so its instance is not used again.
 */
abstract sealed class HostSignal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private HostSignal(String message, Throwable cause) {
    super(message, cause, false, false);
  }

  private HostSignal(String message) {
    super(message, null, false, false);
  }

  /** How the invocation of {@code function} fails. */
  abstract WorkerException failure(String function);

  /** The guest called proc_exit. */
  static final class Exit extends HostSignal {

    private static final long serialVersionUID = 1L;
    private final int exitCode;

    Exit(int exitCode) {
      super("it ended itself with exit code " + exitCode);
      this.exitCode = exitCode;
    }

    @Override
    WorkerException failure(String function) {
      return new WorkerException.GuestExit(function, exitCode);
    }
  }

  /** The thread was interrupted in one of the host's functions; its flag is set. */
  static final class Interrupted extends HostSignal {

    private static final long serialVersionUID = 1L;

    Interrupted(String where) {
      super("interrupted in " + where);
    }

    /** Throws when the thread is interrupted: for calls that may take long. */
    static void check(String where) {
      if (Thread.currentThread().isInterrupted()) {
        throw new Interrupted(where);
      }
    }

    @Override
    WorkerException failure(String function) {
      return new WorkerException.WorkerTerminated(function + " was stopped while it ran", this);
    }
  }

  /** A function that the pool's user gave threw. */
  static final class Failed extends HostSignal {

    private static final long serialVersionUID = 1L;
    private final String hostFunction;
    private final Throwable thrown;

    Failed(String hostFunction, Throwable thrown) {
      super("host function " + hostFunction + " failed: " + thrown, thrown);
      this.hostFunction = hostFunction;
      this.thrown = thrown;
    }

    @Override
    WorkerException failure(String function) {
      return new WorkerException.HostFunctionFailed(function, hostFunction, thrown);
    }
  }
}
