package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One stream through the pool: takes invocations from its upstream, gives replies to its
 * downstream.
 *
 * <p>Whoever brings a reply that is due drains: gives the downstream what is due, submits what has
 * arrived as far as the pool has room, then asks the upstream for as many as there is demand and
 * window for. One thread at a time is inside drain, which {@code wip} sees to; the others leave
 * their wish there and go on. What the upstream sends from within its own request, which is most of
 * it, needs no atomic for that: {@code again}.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>emitted, askAtEmitted, finished, again</td><td>plain, by the one thread inside drain (guard:
 *       wip)</td></tr>
 *   <tr><td>drainer</td><td>plain and racy: only who wrote itself there can read itself</td></tr>
 *   <tr><td>promised</td><td>volatile, written inside drain, before the upstream is asked</td></tr>
 *   <tr><td>requested</td><td>atomic add, by the downstream</td></tr>
 *   <tr><td>upstreamEnded, cancelled, error</td><td>volatile, set once</td></tr>
 * </table>
 */
final class InvokeAllSubscription implements CoreSubscriber<Invocation>, Subscription {

  /** More in one go, and the other workers would have nothing left to do meanwhile. */
  private static final int EMITTED_AT_ONCE = 256;

  private final ScheduledWorkerPool pool;
  private final CoreSubscriber<? super Reply> actual;
  private final int concurrency;
  private final long number;
  private final Arrivals arrivals;
  private final ReplyOrder order;
  private final AtomicInteger wip = new AtomicInteger();
  private final AtomicLong requested = new AtomicLong();
  private final AtomicBoolean awaitingRoom = new AtomicBoolean();
  private volatile @Nullable Subscription upstream;
  private volatile boolean upstreamEnded;
  private volatile boolean cancelled;
  private volatile @Nullable Throwable error;
  private volatile long promised;
  private volatile boolean hurried;
  private ReplyOrder.Look lastLook = ReplyOrder.Look.NOTHING;
  private @Nullable Thread drainer;
  private boolean again;
  private long emitted;

  /** Before so many are emitted there is no use in looking whether to ask for more. */
  private long askAtEmitted;

  private boolean finished;

  private long emitUntil = EMITTED_AT_ONCE;

  InvokeAllSubscription(
      ScheduledWorkerPool pool,
      CoreSubscriber<? super Reply> actual,
      boolean ordered,
      int concurrency) {
    this.pool = pool;
    this.actual = actual;
    this.concurrency = concurrency;
    this.number = pool.streams().newNumber();
    this.arrivals = new Arrivals(pool, this);
    this.order = ordered ? new AsArrived(arrivals.ring(), pool) : new AsEnded(arrivals.ring());
  }

  // ---- upstream's signals

  @Override
  public Context currentContext() {
    return actual.currentContext();
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    if (!Operators.validate(upstream, subscription)) {
      return;
    }
    upstream = subscription;
    pool.streams().opened(this);
    actual.onSubscribe(this);
    if (pool.isClosed()) {
      poolClosed();
    }
  }

  @Override
  public void onNext(Invocation invocation) {
    if (invocation == null) { // Reactive Streams 2.13: both sides shall know
      NullPointerException missing = new NullPointerException("the publisher sent null");
      fail(missing);
      throw missing;
    }
    if (cancelled || upstreamEnded) {
      Operators.onNextDropped(invocation, currentContext());
    } else {
      boolean inDrain = drainer == Thread.currentThread();
      if (!arrivals.tryAdd(invocation, promised, inDrain)) {
        fail(new IllegalStateException("the publisher sent more invocations than were requested"));
      } else if (inDrain) {
        again = true;
      } else {
        drain();
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    Objects.requireNonNull(failure, "the publisher's error");
    if (upstreamEnded) {
      Operators.onErrorDropped(failure, currentContext());
      return;
    }
    end(failure);
  }

  @Override
  public void onComplete() {
    end(null);
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
    cancelUpstream();
    drain();
  }

  // ---- the pool's signals

  long number() {
    return number;
  }

  void poolClosed() {
    fail(new WorkerException.PoolClosed("worker pool"));
  }

  void roomCame() {
    awaitingRoom.set(false);
    drain();
  }

  /**
   * Watchdog only. Answers whether the stream waits for a reply behind others, and so has to be
   * looked at again.
   */
  boolean look() {
    lastLook = order.look(lastLook);
    if (lastLook.isHeldUp()) {
      pool.signaller().add(this::hurry);
    }
    return lastLook.waitsAhead();
  }

  private void hurry() {
    hurried = true;
    drain();
  }

  /** Answers whether this thread drained. */
  boolean answered(StreamTask task) {
    boolean due = order.answered(task);
    if (due) {
      drain();
    }
    return due;
  }

  // ---- the stream

  private void fail(Throwable failure) {
    cancelUpstream();
    end(failure);
  }

  private void end(@Nullable Throwable failure) {
    if (!upstreamEnded) { // the first end counts
      error = failure;
      upstreamEnded = true;
    }
    drain();
  }

  private void cancelUpstream() {
    Subscription source = upstream;
    if (source != null) {
      try {
        source.cancel();
      } catch (RuntimeException thrown) {
        Outcomes.dropError(thrown, currentContext());
      }
    }
  }

  private void drain() {
    if (wip.getAndIncrement() != 0) {
      return;
    }
    Thread self = Thread.currentThread();
    int missed = 1;
    do {
      drainer = self;
      try {
        do {
          again = false;
          step();
        } while (again);
      } catch (Throwable thrown) {
        // By the downstream. Reactive Streams 2.13: taken as a cancellation. The thread, which may
        // be a worker's, goes on.
        cancelled = true;
        cancelUpstream();
        dropAll();
        Outcomes.dropError(thrown, currentContext());
      }
      drainer = null;
      pool.platform().interleave();
      missed = wip.addAndGet(-missed);
    } while (missed != 0);
  }

  private void step() {
    if (hurried) {
      hurried = false;
      order.hurry();
    }
    if (!cancelled && !finished) {
      emit();
    }
    if (!cancelled && !finished && !arrivals.trySubmit(order)) {
      awaitRoom();
    }
    if (cancelled) {
      dropAll();
    } else if (!finished && upstreamEnded) {
      finishIfAnswered();
    } else if (!finished) {
      askUpstream();
    }
  }

  private void awaitRoom() {
    if (awaitingRoom.compareAndSet(false, true)) {
      pool.streams().awaitRoom(this);
    }
  }

  /** Demand was checked before the upstream was asked: each arrival has a request of its own. */
  private void emit() {
    while (!cancelled) {
      if (emitted == emitUntil) {
        again = true; // the others' work first: more of it is asked for, then the rest is emitted
        emitUntil = emitted + EMITTED_AT_ONCE;
        return;
      }
      StreamTask task = order.next(arrivals.submitted());
      if (task == null) {
        return;
      }
      emitted++;
      actual.onNext(Objects.requireNonNull(task.reply()));
    }
  }

  private void askUpstream() {
    Subscription source = upstream;
    long before = promised;
    long demand = requested.get() - before;
    if (source == null || demand <= 0 || emitted < askAtEmitted) {
      return;
    }
    if (pool.isClosed()) {
      poolClosed();
      return;
    }
    int window = Math.min(concurrency, Math.min(pool.streams().window(), arrivals.places()));
    int underWay = (int) (before - Math.min(emitted, arrivals.submitted()));
    int space = window - underWay;
    // In batches, since each request may cost the upstream a thread hop; the first one at once.
    if (space <= 0 || (underWay != 0 && space < window / 4)) {
      askAtEmitted = emitted + Math.min(underWay, Math.max(1, window / 4 - space));
      return;
    }
    int wanted = (int) Math.min(demand, space);
    promised = before + wanted;
    arrivals.resetClock();
    try {
      source.request(wanted);
    } catch (Throwable thrown) {
      fail(thrown); // Reactive Streams 3.16 forbids it; the downstream shall know
    }
  }

  private void finishIfAnswered() {
    if (emitted != arrivals.count()) {
      return;
    }
    finished = true;
    pool.streams().ended(this);
    Throwable failure = error;
    if (failure == null) {
      actual.onComplete();
    } else {
      actual.onError(failure);
    }
  }

  private void dropAll() {
    if (!finished) {
      finished = true;
      pool.streams().ended(this);
      order.forEach(pool.outcomes()::tryCancelWaiting);
      order.forEach(pool.outcomes()::cancel);
    }
  }
}
