package io.millrace.scheduler;

import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a worker's tasks one by one: begins, calls the guest, ends, counts and delivers. The
 * worker's thread only, but for {@link #startNanos}. See {@link TaskState} for the life of a run.
 */
final class TaskRunner extends Padded {

  private static final long NO_TIME = Long.MIN_VALUE;

  private static final VarHandle START_NANOS;

  static {
    try {
      START_NANOS =
          MethodHandles.lookup().findVarHandle(TaskRunner.class, "startNanos", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final ScheduledWorkerPool pool;
  private final Platform platform;
  private final Slot slot;
  private final LeasedGuest leased;
  private final LaneMeter lanes = new LaneMeter();

  /**
   * Where nothing but queues lies between two runs, the end of one is the start of the next: to ask
   * for the time is a tenth of what an empty invocation costs. {@link #NO_TIME}: ask.
   */
  private long lastEndNanos = NO_TIME;

  private @Nullable Guest lastGuest;
  private @Nullable String lastTenant;

  @SuppressWarnings("unused") // through START_NANOS
  private long startNanos;

  TaskRunner(ScheduledWorkerPool pool, Slot slot, LeasedGuest leased) {
    this.pool = pool;
    this.platform = pool.platform();
    this.slot = slot;
    this.leased = leased;
  }

  /** Any thread: when the last run began. */
  long startNanos() {
    return (long) START_NANOS.getOpaque(this);
  }

  /** There is no next task yet: tells and gives out what was kept back. */
  void pause() {
    lastEndNanos = NO_TIME;
    lanes.tell();
    slot.left.drainAll();
  }

  /** Answers whether this worker goes on: false if it was given up meanwhile. */
  boolean run(Task task) {
    if (task.isDone()) {
      return true; // expired or cancelled while it waited, and answered then
    }
    if (lastEndNanos == NO_TIME) {
      Thread.interrupted(); // what a subscriber left behind would hit the building of a guest
    }
    if (pool.deadlines().isUnfit(task)) {
      lastEndNanos = NO_TIME; // its subscriber's code may have run
      return true;
    }
    Guest guest = leased.forTask(task);
    if (guest == null) {
      lastEndNanos = NO_TIME;
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
    if (!task.tryBegin(slot.index)) {
      return true;
    }
    slot.tally.countBegun();
    task.leaveRoom();
    if (pool.roomQueue().isAwaited()) {
      pool.roomQueue().offer();
      lastEndNanos = NO_TIME; // which is not the guest's time
    }
    boolean drains = pool.streams().hasUndrained(); // not what this run's end may leave
    boolean goesOn = invoke(task, guest, lane);
    if (goesOn && drains) {
      pool.streams().drainOn();
      lastEndNanos = NO_TIME; // others' code may have run
    }
    return goesOn;
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
      failure = leased.unexpected(unexpected);
    }
    task.dropPayload(); // no guest has it any more, whether one had it or not
    long endNanos = platform.nanoTime();
    platform.interleave();
    long serviceNanos = endNanos - startNanos;
    long sojournNanos = task.sojournNanos(endNanos);
    Reply answer;
    if (value != null) {
      answer = new Reply.Completed(task.invocation, value, serviceNanos, sojournNanos);
    } else {
      WorkerException cause =
          failure != null
              ? failure
              : leased.unexpected(new NullPointerException("the guest's reply"));
      answer = new Reply.Failed(task.invocation, cause, serviceNanos, sojournNanos);
    }
    boolean counts = task.isRunningOn(slot.index); // else it was stopped, and maybe given up
    if (counts) {
      slot.tally.countRun(value != null, serviceNanos);
      lanes.ran(lane, serviceNanos);
    }
    lastEndNanos = NO_TIME;
    if (!task.tryEnd(slot.index, answer, platform)) {
      pool.announcer().stopped(answer, guest);
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
    boolean mayHaveRun = true;
    try {
      slot.times.ran(serviceNanos, sojournNanos);
      pool.deadlines().forget(task);
      pool.announcer().ended(answer, guest);
    } finally { // whatever is thrown for want of heap: nobody else can deliver it any more
      mayHaveRun = Outcomes.deliver(task, slot);
    }
    if (!mayHaveRun) {
      lastEndNanos = endNanos;
    }
    return true;
  }
}
