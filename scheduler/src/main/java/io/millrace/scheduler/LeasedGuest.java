package io.millrace.scheduler;

import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The guest of one worker, and the lease that it comes from, which is taken with the first task and
 * given back when something went wrong that nobody foresaw. The worker's thread only, but for
 * {@link #isBuilding}; and {@link #close} when that thread has ended.
 */
final class LeasedGuest extends Padded {

  private static final VarHandle BUILDING;

  static {
    try {
      BUILDING = MethodHandles.lookup().findVarHandle(LeasedGuest.class, "building", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final ScheduledWorkerPool pool;
  private final String worker;
  private @Nullable GuestLease lease;

  @SuppressWarnings("unused") // through BUILDING
  private boolean building;

  LeasedGuest(ScheduledWorkerPool pool, String worker) {
    this.pool = pool;
    this.worker = worker;
  }

  /**
   * Any thread. Whether who ends the pool has to interrupt the worker, for want of a run to stop.
   */
  boolean isBuilding() {
    return (boolean) BUILDING.getOpaque(this);
  }

  /**
   * The guest for a task; null if there is none: then the task is answered. To build one counts as
   * waiting: the deadline can pass and the caller can cancel.
   */
  @Nullable Guest forTask(Task task) {
    BUILDING.setOpaque(this, true); // each run passes here: no fence
    WorkerException failure;
    try {
      if (lease == null) {
        VarHandle.fullFence(); // either this sees the end of the pool, or its terminator this
        WorkerException terminated = pool.terminated();
        if (terminated != null) {
          throw terminated;
        }
        lease = pool.guests().lease(this::retired);
      }
      Guest guest = lease.guest(task.invocation.tenant());
      BUILDING.setOpaque(this, false);
      return guest;
    } catch (WorkerException known) {
      failure = known;
    } catch (Throwable unexpected) {
      failure = unexpected(unexpected);
    }
    BUILDING.setOpaque(this, false);
    Thread.interrupted();
    WorkerException last = pool.terminated();
    WorkerException cause = last != null ? last : failure;
    pool.outcomes().tryAnswerWaiting(task, () -> cause, false);
    return null;
  }

  private void retired(String reason) {
    pool.announcer().event(new WorkerEvent.InstanceRetired(worker, reason));
  }

  /** The failure of a task whose guest or lease threw what it should not: takes another one. */
  WorkerException unexpected(Throwable failure) {
    close();
    return new WorkerException.WorkerTerminated("worker failed unexpectedly: " + failure, failure);
  }

  void close() {
    GuestLease last = lease;
    lease = null;
    if (last != null) {
      try {
        last.close();
      } catch (Throwable thrown) {
        ScheduledWorkerPool.log("a lease failed to close", thrown);
      }
    }
  }
}
