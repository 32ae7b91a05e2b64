package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One stream through the pool: takes invocations from its upstream, gives replies to its
 * downstream, in order.
 *
 * <p>A ring holds a place for each invocation under way, by its sequence number: first the task,
 * then its reply. Whoever finishes a task puts the reply there and drains: gives the downstream the
 * replies that are next in order, submits what has arrived as far as the pool has room, then asks
 * the upstream for as many as there is demand and window for. What finds no room waits in the ring,
 * which is no larger than the window; so a stream that was asked and stays silent keeps nobody out.
 *
 * <pre>
 *   head       next to answer                             (drain only)
 *   submitted  next to give to the pool                   (drain only)
 *   arrived    next arrival's place                       (upstream only; read by drain)
 *   promised   end of what the upstream was asked for     (drain only)
 *   unclaimed  of these, not yet arrived
 *
 *   head &lt;= submitted &lt;= arrived &lt;= promised &lt;= head + window
 * </pre>
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>head, submitted, promised, finished</td><td>plain, by the one thread inside drain (guard:
 *       wip)</td></tr>
 *   <tr><td>arrived</td><td>volatile, written by the upstream, whose signals are serial</td></tr>
 *   <tr><td>unclaimed</td><td>added to in drain; compare-and-set down by onNext; taken whole at the
 *       end</td></tr>
 *   <tr><td>ring</td><td>task: release, by onNext; reply: volatile, by its worker; null: drain</td></tr>
 * </table>
 */
final class InvokeAllSubscription implements CoreSubscriber<Invocation>, Subscription {

  private final ScheduledWorkerPool pool;
  private final CoreSubscriber<? super Reply> actual;
  private final AtomicReferenceArray<@Nullable Object> ring;
  private final int mask;
  private final AtomicInteger wip = new AtomicInteger();
  private final AtomicLong requested = new AtomicLong();
  private final AtomicInteger unclaimed = new AtomicInteger();
  private final AtomicBoolean awaitingRoom = new AtomicBoolean();
  private volatile @Nullable Subscription upstream;
  private volatile boolean upstreamEnded;
  private volatile boolean cancelled;
  private volatile @Nullable Throwable error;
  private volatile long arrived;
  private long head;
  private long submitted;
  private long promised;
  private boolean finished;

  InvokeAllSubscription(ScheduledWorkerPool pool, CoreSubscriber<? super Reply> actual) {
    this.pool = pool;
    this.actual = actual;
    int places = Integer.highestOneBit(pool.largestStreamWindow()) * 2;
    this.ring = new AtomicReferenceArray<>(places);
    this.mask = places - 1;
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
    pool.open(this);
    actual.onSubscribe(this);
    if (pool.isClosed()) {
      poolClosed();
    }
  }

  @Override
  public void onNext(Invocation invocation) {
    if (!tryClaim()) {
      if (cancelled || upstreamEnded) {
        Operators.onNextDropped(invocation, currentContext());
      } else {
        fail(new IllegalStateException("the publisher sent more invocations than were requested"));
      }
      return;
    }
    long sequence = arrived;
    if (invocation == null) {
      ring.set(place(sequence), NOTHING);
      arrived = sequence + 1;
      fail(new NullPointerException("the publisher sent null"));
      return;
    }
    StreamTask task = new StreamTask(invocation, sequence);
    task.submitted(System.nanoTime());
    ring.setRelease(place(sequence), task);
    arrived = sequence + 1;
    drain();
  }

  @Override
  public void onError(Throwable failure) {
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

  void poolClosed() {
    fail(new WorkerException.PoolClosed("worker pool"));
  }

  void roomCame() {
    awaitingRoom.set(false);
    drain();
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
        ScheduledWorkerPool.dropError(thrown, currentContext());
      }
    }
  }

  /** Takes one of the places that the upstream was promised. */
  private boolean tryClaim() {
    while (true) {
      int left = unclaimed.get();
      if (left == 0) {
        return false;
      }
      if (unclaimed.compareAndSet(left, left - 1)) {
        return true;
      }
    }
  }

  private void drain() {
    if (wip.getAndIncrement() != 0) {
      return;
    }
    int missed = 1;
    do {
      try {
        step();
      } catch (Throwable thrown) {
        // By the downstream. Reactive Streams 2.13: taken as a cancellation. The thread, which may
        // be a worker's, goes on.
        cancelled = true;
        cancelUpstream();
        dropAll();
        ScheduledWorkerPool.dropError(thrown, currentContext());
      }
      missed = wip.addAndGet(-missed);
    } while (missed != 0);
  }

  private void step() {
    if (!cancelled && !finished) {
      emit();
    }
    if (!cancelled && !finished) {
      submitArrived();
      emit(); // what the pool refused is answered at once
    }
    if (cancelled) {
      dropAll();
    } else if (!finished && upstreamEnded) {
      giveBackUnclaimed();
      finishIfAnswered();
    } else if (!finished) {
      askUpstream();
    }
  }

  private void submitArrived() {
    while (submitted < arrived) {
      if (!(ring.get(place(submitted)) instanceof StreamTask task)) {
        submitted++;
      } else if (pool.permits().tryAcquire()) {
        submitted++;
        pool.accept(task);
      } else if (pool.isClosed()) {
        submitted++;
        pool.refuse(task);
      } else {
        if (awaitingRoom.compareAndSet(false, true)) {
          pool.awaitRoom(this);
        }
        return;
      }
    }
  }

  /** Demand was checked before the upstream was asked: each arrival has a request of its own. */
  private void emit() {
    while (!cancelled) {
      int place = place(head);
      Object slot = ring.get(place);
      if (slot instanceof Reply reply) {
        ring.setRelease(place, null);
        head++;
        actual.onNext(reply);
      } else if (slot == NOTHING) {
        ring.setRelease(place, null);
        head++;
      } else {
        return;
      }
    }
  }

  private void askUpstream() {
    Subscription source = upstream;
    long demand = requested.get() - promised;
    if (source == null || demand <= 0) {
      return;
    }
    if (pool.isClosed()) {
      poolClosed();
      return;
    }
    int window = pool.streamWindow();
    int underWay = (int) (promised - head);
    int space = Math.min(window, ring.length()) - underWay;
    // In batches, since each request may cost the upstream a thread hop; the first one at once.
    if (space <= 0 || (underWay != 0 && space < window / 4)) {
      return;
    }
    int wanted = (int) Math.min(demand, space);
    promised += wanted;
    unclaimed.addAndGet(wanted);
    try {
      source.request(wanted);
    } catch (Throwable thrown) {
      fail(thrown); // Reactive Streams 3.16 forbids it; the downstream shall know
    }
  }

  private void giveBackUnclaimed() {
    promised -= unclaimed.getAndSet(0);
  }

  private void finishIfAnswered() {
    if (head != promised) {
      return;
    }
    finished = true;
    pool.closed(this);
    Throwable failure = error;
    if (failure == null) {
      actual.onComplete();
    } else {
      actual.onError(failure);
    }
  }

  private void dropAll() {
    giveBackUnclaimed();
    for (int place = 0; place < ring.length(); place++) {
      if (ring.get(place) instanceof StreamTask task) {
        pool.cancel(task);
      }
      ring.setRelease(place, null);
    }
    if (!finished) {
      finished = true;
      pool.closed(this);
    }
  }

  private int place(long sequence) {
    return (int) sequence & mask;
  }

  /** Stands in the ring for an arrival that was no invocation. */
  private static final Object NOTHING = new Object();

  private final class StreamTask extends Task {

    private final long sequence;

    StreamTask(Invocation invocation, long sequence) {
      super(invocation);
      this.sequence = sequence;
    }

    @Override
    void answer(Reply reply) {
      if (!isCancelled()) {
        ring.set(place(sequence), reply);
        drain();
      }
    }
  }
}
