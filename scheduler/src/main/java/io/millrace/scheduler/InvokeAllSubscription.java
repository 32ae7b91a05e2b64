package io.millrace.scheduler;

import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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
 * window for. One thread at a time is inside drain, which {@code wip} sees to; the others leave
 * their wish there and go on. What the upstream sends from within its own request, which is most of
 * it, needs no atomic for that: {@link #drainAgain}.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>drain</td><td>see there; guard: wip</td></tr>
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
  private final Upstream upstream;
  private final ReplyOrder order;
  private final DrainState drain = new DrainState();
  private final AtomicInteger wip = new AtomicInteger();
  private final AtomicLong requested = new AtomicLong();
  private final AtomicBoolean awaitingRoom = new AtomicBoolean();
  private volatile boolean cancelled;
  private volatile boolean hurried;
  private ReplyOrder.Look lastLook = ReplyOrder.Look.NOTHING;

  InvokeAllSubscription(
      ScheduledWorkerPool pool,
      CoreSubscriber<? super Reply> actual,
      boolean ordered,
      int concurrency) {
    this.pool = pool;
    this.actual = actual;
    this.number = pool.streams().newNumber();
    this.arrivals = new Arrivals(pool, this);
    this.upstream = new Upstream(pool, this, arrivals, concurrency);
    this.order =
        ordered ? new AsArrived(arrivals.ring(), pool, drain) : new AsEnded(arrivals.ring());
  }

  // ---- upstream

  /** Takes the invocations. */
  Upstream upstream() {
    return upstream;
  }

  /** The upstream is there: replies can be asked for. */
  void begin() {
    pool.streams().opened(this);
    actual.onSubscribe(this);
    if (pool.isClosed()) {
      poolClosed();
    }
  }

  Context context() {
    return actual.currentContext();
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** Whether this thread is inside drain. */
  boolean isDraining() {
    return drain.drainer == Thread.currentThread();
  }

  /** Only inside drain: there is something to do once more. */
  void drainAgain() {
    drain.again = true;
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
    drain();
  }

  // ---- the pool's signals

  long number() {
    return number;
  }

  void poolClosed() {
    upstream.fail(new WorkerException.PoolClosed("worker pool"));
  }

  void roomCame() {
    awaitingRoom.set(false);
    drain();
  }

  /** Watchdog only: answers what it has found, and hurries a stream that is held up. */
  ReplyOrder.Look look() {
    lastLook = order.look(lastLook);
    if (lastLook.isHeldUp()) {
      pool.signaller().add(this::hurry);
    }
    return lastLook;
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

  /** Any thread: sees to it that all is done that can be, by this thread or the one inside. */
  void drain() {
    if (wip.getAndIncrement() != 0) {
      return;
    }
    Thread self = Thread.currentThread();
    int missed = 1;
    do {
      drain.drainer = self;
      try {
        do {
          drain.again = false;
          step();
        } while (drain.again);
      } catch (Throwable thrown) {
        // By the downstream. Reactive Streams 2.13: taken as a cancellation. The thread, which may
        // be a worker's, goes on.
        cancelled = true;
        upstream.cancel();
        dropAll();
        Outcomes.dropError(thrown, context());
      }
      drain.drainer = null;
      pool.platform().interleave();
      missed = wip.addAndGet(-missed);
    } while (missed != 0);
  }

  private void step() {
    if (hurried) {
      hurried = false;
      order.hurry();
    }
    if (!cancelled && !drain.finished) {
      emit();
    }
    if (!cancelled && !drain.finished && !arrivals.trySubmit(order)) {
      awaitRoom();
    }
    if (cancelled) {
      dropAll();
    } else if (!drain.finished && upstream.hasEnded()) {
      finishIfAnswered();
    } else if (!drain.finished && pool.isClosed()) {
      poolClosed();
    } else if (!drain.finished) {
      upstream.ask(requested.get(), drain.emitted);
    }
  }

  private void awaitRoom() {
    if (awaitingRoom.compareAndSet(false, true)) {
      pool.streams().awaitRoom(this);
    }
  }

  /** Demand was checked before the upstream was asked: each arrival has a request of its own. */
  private void emit() {
    long most = drain.emitted + EMITTED_AT_ONCE;
    while (!cancelled) {
      if (drain.emitted == most) {
        drain.again =
            true; // the others' work first: more of it is asked for, then the rest is emitted
        return;
      }
      StreamTask task = order.next(arrivals.submitted());
      if (task == null) {
        return;
      }
      drain.emitted++;
      actual.onNext(Objects.requireNonNull(task.reply()));
    }
  }

  private void finishIfAnswered() {
    if (drain.emitted != arrivals.count()) {
      return;
    }
    drain.finished = true;
    pool.streams().ended(this);
    Throwable failure = upstream.failure();
    if (failure == null) {
      actual.onComplete();
    } else {
      actual.onError(failure);
    }
  }

  private void dropAll() {
    if (!drain.finished) {
      drain.finished = true;
      pool.streams().ended(this);
      order.forEach(pool.outcomes()::tryCancelWaiting);
      order.forEach(pool.outcomes()::cancel);
    }
  }
}
