package io.millrace.scheduler;

import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One stream through the pool, as its downstream sees it: what its {@link Upstream} sends goes
 * through the pool, and the replies come out here.
 *
 * <p>Whoever brings a reply that is due drains: gives the downstream what is due, submits what has
 * arrived as far as the pool has room, then asks the upstream for as many as there is demand and
 * window for: see {@link Drain}. What the upstream sends from within its own request, which is most
 * of it, needs no atomic for that.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>drain</td><td>see there</td></tr>
 *   <tr><td>requested</td><td>atomic add, by the downstream</td></tr>
 *   <tr><td>cancelled</td><td>volatile, set once</td></tr>
 * </table>
 */
final class InvokeAllSubscription extends Padded implements Subscription {

  /** More in one go, and the other workers would have nothing left to do meanwhile. */
  private static final int EMITTED_AT_ONCE = 256;

  private final ScheduledWorkerPool pool;
  private final CoreSubscriber<? super Reply> actual;
  private final long number;
  private final Arrivals arrivals;
  private final Submission submission;
  private final Upstream upstream;
  private final ReplyOrder order;
  private final Stall stall = new Stall();
  private final DrainState state = new DrainState();
  private final DrainTurn turn;
  private final Drain drain;
  private final AtomicLong requested = new AtomicLong();
  private volatile boolean cancelled;
  private volatile boolean ended;

  InvokeAllSubscription(
      ScheduledWorkerPool pool,
      CoreSubscriber<? super Reply> actual,
      boolean ordered,
      int concurrency) {
    this.pool = pool;
    this.actual = actual;
    this.number = pool.streams().newNumber();
    this.turn = new DrainTurn(pool.platform());
    this.drain = new Drain(pool, this, state, turn);
    this.arrivals = new Arrivals(pool, this, concurrency);
    this.order =
        ordered
            ? new AsArrived(arrivals.ring(), pool, state, stall)
            : new AsEnded(arrivals.ring(), state);
    this.submission = new Submission(pool, this, arrivals, order);
    this.upstream = new Upstream(pool, this, arrivals, submission, concurrency);
  }

  // ---- upstream

  /** Takes the invocations. */
  Upstream upstream() {
    return upstream;
  }

  /** The upstream is there: replies can be asked for. Nothing else is told before that is told. */
  void begin() {
    pool.streams().opened(this);
    try {
      actual.onSubscribe(this);
    } catch (Throwable thrown) {
      tryBreakOff(thrown); // Reactive Streams 2.13, as in the drain
    }
    drain.begin(); // which also looks whether the pool was closed before the stream was open
  }

  Context context() {
    return actual.currentContext();
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** Whether this thread is inside drain. */
  boolean isDraining() {
    return state.drainer == Thread.currentThread();
  }

  /**
   * The upstream has sent one more.
   *
   * @param inDrain from within this thread's drain
   */
  void arrived(boolean inDrain) {
    if (inDrain) {
      state.again = true;
      submission.hold();
    } else {
      advance();
    }
  }

  /** Any thread: submits what can be, also while the drain is held up by somebody's code. */
  void advance() {
    submission.submit();
    drain();
  }

  /**
   * Any thread: from now on it is as if the downstream had cancelled. Answers whether it was not.
   */
  boolean tryBreakOff(Throwable why) {
    boolean first = !cancelled;
    cancelled = true;
    if (first) {
      upstream.cancel();
    }
    Outcomes.dropError(why, context());
    return first;
  }

  // ---- downstream's signals

  @Override
  public void request(long n) {
    if (Operators.validate(n)) {
      requested.getAndUpdate(before -> Operators.addCap(before, n));
      drain();
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    upstream.cancel();
    advance();
  }

  // ---- the pool's signals

  long number() {
    return number;
  }

  void poolClosed() {
    upstream.fail(new WorkerException.PoolClosed("worker pool"));
  }

  /** Any thread: it wants nothing more of the pool. */
  boolean hasEnded() {
    return ended;
  }

  /** While the stream waits for room: whose its next invocation is. */
  @Nullable String nextTenant() {
    return submission.nextTenant();
  }

  /** Any thread, also where no subscriber's code is to run. */
  void roomCame() {
    submission.roomCame();
  }

  /** A worker that has nothing to do. */
  void submitHeld() {
    if (submission.isHeld()) {
      submission.submitQuietly();
    }
  }

  /** Watchdog only: a worker has left replies for later. Has them drained when that takes long. */
  Stall.Look look(long round) {
    long emitted = state.emittedSeen();
    if (ended || emitted == arrivals.count()) {
      return Stall.Look.RESTS;
    }
    Stall.Look look = stall.look(round, emitted);
    if (look == Stall.Look.HELD_UP) {
      pool.signaller().add(this::drain);
    }
    return look;
  }

  /** Any thread but the worker that has run it: the task has its reply. */
  void answered(StreamTask task) {
    order.answered(task);
    if (!submission.defersDrain()) {
      drain();
    }
  }

  /**
   * The worker that has run it: the task has its reply. It is given out when that worker has run
   * what it was handed at once. Answers whether others' code may have run.
   */
  boolean answeredBy(StreamTask task, Slot runner) {
    order.answered(task);
    boolean more = runner.hasMore();
    LeftReplies left = runner.left;
    if (stall.isEager() || (!more && left.isEmpty()) || !left.tryAdd(this)) {
      drain();
      return true;
    }
    if (!more) {
      left.drainAll();
      return true;
    }
    pool.streams().lookAfter(); // each time: the stream may have rested since it was left first
    return false;
  }

  // ---- the stream

  /** Any thread: sees to it that all is done that can be, by this thread or the one inside. */
  void drain() {
    drain.run();
  }

  /** Who came for a drain that was left: the stream's place is this thread's. */
  void drainOn() {
    drain.goOn();
  }

  /** Drain only: whatever can be done now. */
  void step() {
    if (!cancelled && !state.finished) {
      long before = state.emitted();
      emit();
      if (state.emitted() != before) {
        stall.drained();
      }
    }
    if (!submission.isUpToDate()) {
      submission.submit();
    }
    if (state.finished) {
      return;
    }
    if (cancelled) {
      dropAll();
    } else if (upstream.hasEnded()) {
      finishIfAnswered();
    } else if (pool.isClosed()) {
      poolClosed();
    } else {
      upstream.ask(requested.get(), state.emitted());
    }
  }

  /** Demand was checked before the upstream was asked: each arrival has a request of its own. */
  private void emit() {
    long most = state.emitted() + EMITTED_AT_ONCE;
    while (!cancelled) {
      if (state.emitted() == most || turn.isOver()) {
        state.again =
            true; // the others' work first: more of it is asked for, then the rest is emitted
        return;
      }
      StreamTask task = order.next();
      if (task == null) {
        return;
      }
      actual.onNext(Objects.requireNonNull(task.reply()));
      turn.emitted();
    }
  }

  private void finishIfAnswered() {
    if (state.emitted() != arrivals.count()) {
      return;
    }
    finish();
    Throwable failure = upstream.failure();
    if (failure == null) {
      actual.onComplete();
    } else {
      actual.onError(failure);
    }
  }

  /** Drain only: nobody is told of anything any more. */
  void dropAll() {
    if (!state.finished) {
      finish();
      submission.submit(); // which gives up what it has
    }
  }

  private void finish() {
    state.finished = true;
    ended = true;
    pool.streams().ended(this);
    if (submission.awaitsRoom()) {
      pool.roomQueue().ended();
    }
  }
}
