package io.millrace.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One thread and one lease: takes tasks until the pool is closed and drained, or until it is not
 * needed any more. See {@link WorkerState} for its life and {@link TaskRunner} for how a task is
 * run.
 */
final class Worker extends Padded implements Runnable {

  /** Guests recurse on the worker's own stack. */
  private static final long STACK_BYTES = 4L * 1024 * 1024;

  private static final VarHandle PHASE;
  private static final VarHandle CURRENT;

  static {
    try {
      PHASE = MethodHandles.lookup().findVarHandle(Worker.class, "phase", WorkerState.Phase.class);
      CURRENT = MethodHandles.lookup().findVarHandle(Worker.class, "current", Task.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final ScheduledWorkerPool pool;
  private final Slot slot;
  private final Idling idling;
  private final LeasedGuest leased;
  private final TaskRunner runner;
  private final Thread thread;
  private volatile WorkerState.Phase phase = WorkerState.Phase.STARTING;

  @SuppressWarnings("unused") // through CURRENT
  private @Nullable Task current;

  Worker(ScheduledWorkerPool pool, Slot slot, IdleStrategy strategy, String name) {
    this.pool = pool;
    this.slot = slot;
    this.idling = new Idling(pool, slot, strategy);
    this.leased = new LeasedGuest(pool, name);
    this.runner = new TaskRunner(pool, slot, leased);
    this.thread = pool.platform().thread(this, name, STACK_BYTES);
  }

  Thread thread() {
    return thread;
  }

  Slot slot() {
    return slot;
  }

  /** Any thread: a moment's view. */
  WorkerState state() {
    return phase.toState(current(), slot.begun());
  }

  /** Any thread. Answers whether this caller ended it, and so has to empty its slot. */
  boolean tryTerminate(WorkerState.Phase end) {
    WorkerState.Phase seen = phase;
    while (seen.isLive()) {
      if (PHASE.compareAndSet(this, seen, end)) {
        return true;
      }
      seen = phase;
    }
    return false;
  }

  /** Whether somebody who ends the pool has to interrupt it, for want of a run to stop. */
  boolean isBuilding() {
    return leased.isBuilding();
  }

  /** Any thread: what it has taken and runs or is about to run, as a hint. */
  @Nullable Task current() {
    return (Task) CURRENT.getOpaque(this);
  }

  /** Any thread: when the last run began. */
  long startNanos() {
    return runner.startNanos();
  }

  @Override
  public void run() {
    WorkerState.Phase end = WorkerState.Phase.DIED;
    Throwable cause = null;
    try {
      PHASE.compareAndSet(this, WorkerState.Phase.STARTING, WorkerState.Phase.SERVING);
      end = serve();
    } catch (Throwable fatal) {
      cause = fatal;
    } finally {
      pool.crew().ended(this, end, cause);
    }
  }

  private WorkerState.Phase serve() {
    boolean inboxFirst = true;
    while (true) {
      inboxFirst = !inboxFirst;
      Task task = slot.poll(inboxFirst);
      if (task == null) {
        runner.pause();
        if (idling.tryLeaveTooMany()) {
          return WorkerState.Phase.UNUSED;
        }
        task = idling.next(inboxFirst);
      }
      if (task == null) {
        WorkerState.Phase end = idling.rest();
        if (end != null) {
          return end;
        }
        if (pool.isClosed()) {
          PHASE.compareAndSet(this, WorkerState.Phase.SERVING, WorkerState.Phase.DRAINING);
        }
      } else {
        CURRENT.setOpaque(this, task);
        if (!runner.run(task)) {
          return WorkerState.Phase.ABANDONED;
        }
        CURRENT.setOpaque(this, null);
      }
    }
  }

  /** Its own thread only, or when that has ended. */
  void closeLease() {
    leased.close();
  }
}
