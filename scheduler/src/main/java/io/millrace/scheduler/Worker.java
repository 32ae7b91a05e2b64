package io.millrace.scheduler;

import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thread and one lease: takes tasks until the pool is closed and drained, or until it is not
 * needed any more. See {@link WorkerState} for its life and {@link Task} for that of a run.
 */
final class Worker implements Runnable {

  /** Guests recurse on the worker's own stack. */
  private static final long STACK_BYTES = 4L * 1024 * 1024;

  private static final long NO_TIME = Long.MIN_VALUE;

  private static final VarHandle PHASE;
  private static final VarHandle CURRENT;
  private static final VarHandle START_NANOS;

  static {
    try {
      PHASE = MethodHandles.lookup().findVarHandle(Worker.class, "phase", WorkerState.Phase.class);
      CURRENT = MethodHandles.lookup().findVarHandle(Worker.class, "current", Task.class);
      START_NANOS = MethodHandles.lookup().findVarHandle(Worker.class, "startNanos", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final ScheduledWorkerPool pool;
  private final Platform platform;
  private final Slot slot;
  private final Idling idling;
  private final LaneMeter lanes = new LaneMeter();
  private final Thread thread;
  private @Nullable GuestLease lease;
  private volatile WorkerState.Phase phase = WorkerState.Phase.STARTING;
  private volatile boolean building;

  /**
   * Where nothing but queues lies between two runs, the end of one is the start of the next: to ask
   * for the time is a tenth of what an empty invocation costs. {@link #NO_TIME}: ask.
   */
  private long lastEndNanos = NO_TIME;

  private @Nullable Guest lastGuest;
  private @Nullable String lastTenant;

  @SuppressWarnings("unused") // through CURRENT
  private @Nullable Task current;

  @SuppressWarnings("unused") // through START_NANOS
  private long startNanos;

  Worker(ScheduledWorkerPool pool, Slot slot, IdleStrategy strategy, String name) {
    this.pool = pool;
    this.platform = pool.platform();
    this.slot = slot;
    this.idling = new Idling(pool, slot, strategy);
    this.thread = platform.thread(this, name, STACK_BYTES);
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
    return building;
  }

  /** Any thread: what it has taken and runs or is about to run, as a hint. */
  @Nullable Task current() {
    return (Task) CURRENT.getOpaque(this);
  }

  /** Any thread: when the last run began. */
  long startNanos() {
    return (long) START_NANOS.getOpaque(this);
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
        lastEndNanos = NO_TIME;
        lanes.tell();
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
        if (!run(task)) {
          return WorkerState.Phase.ABANDONED;
        }
        CURRENT.setOpaque(this, null);
      }
    }
  }

  /** Answers whether this worker goes on: false if it was given up meanwhile. */
  private boolean run(Task task) {
    if (task.isDone()) {
      return true; // expired or cancelled while it waited, and answered then
    }
    if (pool.isUnfit(task)) {
      return true;
    }
    Guest guest = guest(task);
    if (guest == null) {
      return true;
    }
    String tenant = task.invocation.tenant();
    if (guest != lastGuest || !Objects.equals(tenant, lastTenant)) {
      lastEndNanos = NO_TIME; // it may have been built or reset in between
      lastGuest = guest;
      lastTenant = tenant;
    }
    Lane lane = task.lane();
    platform.interleave();
    Thread.interrupted(); // a flag that a subscriber left behind is not this run's
    return !tryBegin(task) || invoke(task, guest, lane);
  }

  /** Who waits for room is told before the guest begins, which may take long. */
  private boolean tryBegin(Task task) {
    if (pool.streams().isRoomAwaited()) {
      if (!task.tryTake()) {
        return false;
      }
      slot.tally.countBegun();
      pool.streams().offerRoom();
      Thread.interrupted();
      return task.tryRun(slot.index);
    }
    if (!task.tryBegin(slot.index)) {
      return false;
    }
    slot.tally.countBegun();
    if (pool.streams().isRoomAwaited()) {
      // Here it may be interrupted, so this is no place for others' code.
      pool.signaller().add(pool.streams()::offerRoom);
    }
    return true;
  }

  /** Building a guest counts as waiting: the deadline can pass and the caller can cancel. */
  private @Nullable Guest guest(Task task) {
    building = true;
    WorkerException failure;
    try {
      if (lease == null) {
        lease = pool.guests().lease(this::retired);
      }
      Guest guest = lease.guest(task.invocation.tenant());
      building = false;
      return guest;
    } catch (WorkerException known) {
      failure = known;
    } catch (Throwable unexpected) {
      failure = unexpected(unexpected);
    }
    building = false;
    Thread.interrupted();
    WorkerException last = pool.terminated();
    WorkerException cause = last != null ? last : failure;
    pool.outcomes().tryAnswerWaiting(task, () -> cause, false);
    return null;
  }

  private void retired(String reason) {
    pool.announcer().event(new WorkerEvent.InstanceRetired(thread.getName(), reason));
  }

  private boolean invoke(Task task, Guest guest, @Nullable Lane lane) {
    Object value = null;
    WorkerException failure = null;
    long startNanos = lastEndNanos == NO_TIME ? platform.nanoTime() : lastEndNanos;
    START_NANOS.setOpaque(this, startNanos);
    try {
      // Looked at behind tryBegin: either this sees it, or the terminator sees the run.
      failure = pool.terminated();
      if (failure == null) {
        value = guest.call(task.invocation);
      }
    } catch (WorkerException known) {
      failure = known;
    } catch (Throwable unexpected) {
      failure = unexpected(unexpected);
    }
    long endNanos = platform.nanoTime();
    platform.interleave();
    long serviceNanos = endNanos - startNanos;
    long sojournNanos = task.sojournNanos(endNanos);
    Reply answer;
    if (value != null) {
      answer = new Reply.Completed(task.invocation, value, serviceNanos, sojournNanos);
    } else {
      WorkerException cause =
          failure != null ? failure : unexpected(new NullPointerException("the guest's reply"));
      answer = new Reply.Failed(task.invocation, cause, serviceNanos, sojournNanos);
    }
    boolean counts = task.isRunningOn(slot.index); // else it was stopped, and maybe given up
    if (counts) {
      slot.tally.countRun(value != null, serviceNanos);
      lanes.ran(lane, serviceNanos);
    }
    lastEndNanos = NO_TIME;
    if (!task.tryEnd(slot.index, answer, platform)) {
      if (task.isLeft()) {
        return false; // the slot is another worker's
      }
      if (counts) {
        slot.tally.uncountAnswer(value != null); // the stopper has answered
      } else {
        slot.tally.countService(serviceNanos);
      }
      return true;
    }
    slot.times.ran(serviceNanos, sojournNanos);
    pool.forget(task);
    pool.announcer().ended(answer, guest);
    if (!Outcomes.deliver(task)) {
      lastEndNanos = endNanos;
    }
    return true;
  }

  private WorkerException unexpected(Throwable failure) {
    closeLease();
    return new WorkerException.WorkerTerminated("worker failed unexpectedly: " + failure, failure);
  }

  /** The worker's own thread only, or when it has ended. */
  void closeLease() {
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
