package io.millrace.pipeline;

import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.spi.EscapedSliceException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/**
 * A claim is an invocation whose payload is encoded by somebody else: the worker lends the slice
 * and waits in the codec until it is filled. So queueing, deadline and cancellation are those of
 * any invocation.
 *
 * <pre>
 *   WAITING --worker--> OPEN --commit()-----------> COMMITTED             the function runs
 *     |  |                |----close(), cancelled-> CLOSING --> ABORTED   nothing runs
 *     |  |                +----interrupt, failed--> OVERDUE               deadline, termination: the
 *     |  +--cancelled----------------------------> CLOSING --> ABORTED      slice has escaped
 *     +-----failed-------------------------------> ABORTED
 * </pre>
 *
 * <p>{@code state} goes by compare-and-set, but from CLOSING, whose owner has told the pool that
 * the invocation is cancelled: the worker waits for that, or it would end it as a failure. {@code
 * slice} is written by the worker before OPEN.
 */
final class OpenClaim implements Claim, Codec<ReservedBytes> {

  private enum State {
    WAITING,
    OPEN,
    COMMITTED,
    CLOSING,
    ABORTED,
    OVERDUE
  }

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(OpenClaim.class, "state", State.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final String function;
  private final MonoSink<Claim> claimant;
  private final Sinks.One<Reply> reply = Sinks.one();
  private final Answer answer = new Answer();
  private volatile State state = State.WAITING;
  private int committedBytes;
  private @Nullable Slice slice;
  private volatile @Nullable Thread worker;

  private OpenClaim(String function, MonoSink<Claim> claimant) {
    this.function = function;
    this.claimant = claimant;
  }

  /**
   * A claim by {@code template}, each time it is subscribed to. While it is open it keeps a worker:
   * so it needs a deadline, unless it is closed at once.
   */
  static Mono<Claim> of(WorkerPool pool, Invocation template) {
    ReservedBytes reserved = ReservedBytes.of(template);
    return Mono.create(
        claimant -> {
          OpenClaim claim = new OpenClaim(template.function(), claimant);
          claimant.onCancel(claim::cancelled);
          pool.invoke(template.withPayload(Payload.encoded(reserved, claim)))
              .subscribe(claim.answer);
        });
  }

  // ---- the worker's side

  @Override
  public int sizeHintBytes(ReservedBytes reserved) {
    return reserved.bytes();
  }

  @Override
  public int encode(ReservedBytes reserved, Slice target) {
    if (target.length() < reserved.bytes()) {
      return -reserved.bytes(); // more than the pool's limit: it refuses that
    }
    slice = target;
    worker = Thread.currentThread();
    if (STATE.compareAndSet(this, State.WAITING, State.OPEN)) {
      claimant.success(this);
    }
    while (state == State.OPEN || state == State.CLOSING) {
      LockSupport.park(this);
      leaveIfStopped();
    }
    if (state == State.OVERDUE) {
      throw overdue();
    }
    if (state == State.ABORTED) {
      throw new CancellationException("the claim was aborted");
    }
    return committedBytes;
  }

  private void leaveIfStopped() {
    if (!Thread.interrupted()) {
      return;
    }
    if (STATE.compareAndSet(this, State.OPEN, State.OVERDUE)) {
      throw overdue();
    }
    if (state == State.COMMITTED) {
      Thread.currentThread().interrupt(); // in time: it is the function that is to stop
    }
  }

  private static EscapedSliceException overdue() {
    return new EscapedSliceException("the claim was still open when it was to end");
  }

  @Override
  public ReservedBytes decode(Slice source) {
    throw new UnsupportedOperationException("a claim is written only");
  }

  // ---- the pool's answer

  /** Can be cancelled before the worker begins, which a subscription's result could not be. */
  private final class Answer extends BaseSubscriber<Reply> {

    @Override
    public Context currentContext() {
      return Context.of(claimant.contextView());
    }

    @Override
    protected void hookOnNext(Reply answered) {
      reply.tryEmitValue(answered);
    }

    @Override
    protected void hookOnError(Throwable failure) {
      failed(failure);
    }
  }

  private void failed(Throwable failure) {
    if (STATE.compareAndSet(this, State.WAITING, State.ABORTED)) {
      claimant.error(failure);
    } else {
      // The interrupt may have hit its claimant's own code on the worker's thread.
      STATE.compareAndSet(this, State.OPEN, State.OVERDUE);
      LockSupport.unpark(worker);
      reply.tryEmitError(asOfClaim(failure));
    }
  }

  /** To the pool a claim that is being filled is a guest that runs. */
  private Throwable asOfClaim(Throwable failure) {
    return state == State.OVERDUE && failure instanceof WorkerException.DeadlineExceeded late
        ? WorkerException.DeadlineExceeded.ofClaim(function, late.deadline())
        : failure;
  }

  // ---- the claimant's side

  @Override
  public Slice slice() {
    return Objects.requireNonNull(slice, "a claim is handed out with its slice");
  }

  @Override
  public Mono<Reply> commit(int length) {
    Objects.checkFromToIndex(0, length, slice().length());
    try {
      slice().transfer(); // the claimant's handle ends here
    } catch (SliceStateException dead) {
      if (state == State.OVERDUE) {
        return reply.asMono(); // it says why the claim was taken back
      }
      throw new WorkerException.SliceMisuse(dead);
    }
    committedBytes = length;
    if (STATE.compareAndSet(this, State.OPEN, State.COMMITTED)) {
      LockSupport.unpark(worker);
    } else if (state != State.OVERDUE) {
      throw new WorkerException.SliceMisuse("the claim was closed"); // no answer would come
    }
    return reply.asMono(); // taken back in this very moment: the Mono says why
  }

  @Override
  public void close() {
    if (STATE.compareAndSet(this, State.OPEN, State.CLOSING)) {
      slice().tryRelease();
      abort();
    }
  }

  private void cancelled() {
    if (STATE.compareAndSet(this, State.WAITING, State.CLOSING)) {
      abort();
    } else {
      close();
    }
  }

  private void abort() {
    try {
      answer.cancel();
    } finally {
      state = State.ABORTED;
      LockSupport.unpark(worker);
    }
  }
}
