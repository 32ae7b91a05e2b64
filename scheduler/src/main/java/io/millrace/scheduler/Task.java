package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.LentSlices;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One invocation on its way: what it is, when it came, and its answer. {@link TaskState} says who
 * may give that.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>written by</th><th>read by</th></tr>
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
abstract class Task extends TaskState {

  private static final Object NO_ROOM = new Object();

  private static final VarHandle RESULT;
  private static final VarHandle OTHER;

  static {
    try {
      RESULT = MethodHandles.lookup().findVarHandle(Task.class, "result", Reply.class);
      OTHER = MethodHandles.lookup().findVarHandle(Task.class, "other", Object.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  final Invocation invocation;
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

  /** The same, by the worker of that slot, which has run it: maybe it delivers several later. */
  boolean deliverBy(Slot runner) {
    return deliver();
  }

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
   * @throws WorkerException.SliceMisuse when that is not the sender's to give, or no use to a guest
   */
  void acceptPayload(GuestSource guests) {
    if (invocation.payload() instanceof LentSlices lent) {
      lent.accept(invocation.function(), this, guests::canReach);
    }
  }

  /** Takes the room that it waits in, where it may have some: of what streams have, here. */
  boolean tryTakeRoom(ScheduledWorkerPool pool) {
    return pool.tenantRoom().tryAcquireInStream(1) == 1;
  }

  /** It waits no longer: it has begun, or ended before. Harmless when repeated. */
  void leaveRoom() {}

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

  // ---- where it is queued

  void queuedIn(Lane lane) {
    other = lane;
  }

  /** Where it was queued. Worker only, before it begins. */
  @Nullable Lane lane() {
    return other instanceof Lane lane ? lane : null;
  }

  /** The submitter, before it is queued: dispatch has to make room for it first. */
  void withoutRoom() {
    other = NO_ROOM;
  }

  boolean needsRoom() {
    return other == NO_ROOM;
  }

  /** Dispatch only: room was made for one that is going to be queued by its submitter once more. */
  void hasRoom() {
    other = null;
  }

  // ---- the answer

  /** The runner only, when the guest has returned: see {@link #tryEnd(int, Platform)}. */
  boolean tryEnd(int runner, Reply answer, Platform platform) {
    result = answer;
    return tryEnd(runner, platform);
  }

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
