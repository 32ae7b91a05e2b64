package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Where a stream's invocations come from: takes its signals, and asks it for as many as there is
 * demand and window for.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>askAtDone</td><td>plain, by the one thread inside the stream's drain</td></tr>
 *   <tr><td>promised</td><td>volatile, written inside drain, before the upstream is asked</td></tr>
 *   <tr><td>source, ended, failure</td><td>volatile, set once</td></tr>
 * </table>
 */
final class Upstream implements CoreSubscriber<Invocation> {

  private final ScheduledWorkerPool pool;
  private final InvokeAllSubscription stream;
  private final Arrivals arrivals;
  private final Submission submission;
  private final int concurrency;
  private volatile @Nullable Subscription source;
  private volatile boolean ended;
  private volatile @Nullable Throwable failure;
  private volatile long promised;

  /** Before so many are done with there is no use in looking whether to ask for more. */
  private long askAtDone;

  Upstream(
      ScheduledWorkerPool pool,
      InvokeAllSubscription stream,
      Arrivals arrivals,
      Submission submission,
      int concurrency) {
    this.pool = pool;
    this.stream = stream;
    this.arrivals = arrivals;
    this.submission = submission;
    this.concurrency = concurrency;
  }

  // ---- its signals

  @Override
  public Context currentContext() {
    return stream.context();
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    if (Operators.validate(source, subscription)) {
      source = subscription;
      stream.begin();
    }
  }

  @Override
  public void onNext(Invocation invocation) {
    if (invocation == null) { // Reactive Streams 2.13: both sides shall know
      NullPointerException missing = new NullPointerException("the publisher sent null");
      fail(missing);
      throw missing;
    }
    if (stream.isCancelled() || ended) {
      Operators.onNextDropped(invocation, currentContext());
      return;
    }
    boolean inDrain = stream.isDraining();
    if (!tryAdd(invocation, inDrain)) {
      fail(new IllegalStateException("the publisher sent more invocations than were requested"));
    } else {
      stream.arrived(inDrain);
    }
  }

  private boolean tryAdd(Invocation invocation, boolean inDrain) {
    long seen;
    do {
      seen = promised;
      if (arrivals.tryAdd(invocation, seen, inDrain)) {
        return true;
      }
    } while (seen != promised); // of two publishing threads one may be that late
    return false;
  }

  @Override
  public void onError(Throwable cause) {
    Objects.requireNonNull(cause, "the publisher's error");
    if (ended) {
      Operators.onErrorDropped(cause, currentContext());
    } else {
      end(cause);
    }
  }

  @Override
  public void onComplete() {
    end(null);
  }

  // ---- the stream

  boolean hasEnded() {
    return ended;
  }

  /** What it ended with; null when it completed. */
  @Nullable Throwable failure() {
    return failure;
  }

  /**
   * Any thread: nothing more is taken from it, and the stream ends with this. That is marked first:
   * so whoever drains meanwhile does not cancel as well, which a publisher may take long for.
   */
  void fail(Throwable cause) {
    markEnded(cause);
    cancel();
    stream.advance();
  }

  private void end(@Nullable Throwable cause) {
    markEnded(cause);
    stream.advance();
  }

  private void markEnded(@Nullable Throwable cause) {
    if (source == null) {
      onSubscribe(Operators.emptySubscription()); // it sent none, and the downstream waits for one
    }
    if (!ended) { // the first end counts
      failure = cause;
      ended = true;
    }
  }

  /** Any thread. */
  void cancel() {
    Subscription known = source;
    if (known != null) {
      try {
        known.cancel();
      } catch (Throwable thrown) {
        Outcomes.dropError(thrown, currentContext());
      }
    }
  }

  /**
   * Drain only: asks for what there is demand and window for.
   *
   * @param requested replies that the downstream ever asked for
   * @param emitted replies that it has
   */
  void ask(long requested, long emitted) {
    Subscription known = source;
    long before = promised;
    long demand = requested - before;
    // What was answered while it waited for room is emitted before its place comes free.
    long done = Math.min(emitted, submission.submitted());
    if (known == null || demand <= 0 || done < askAtDone) {
      return;
    }
    int window = Math.min(concurrency, Math.min(pool.streams().window(), arrivals.places()));
    int underWay = (int) (before - done);
    int space = window - underWay;
    // In batches, since each request may cost the upstream a thread hop; the first one at once.
    int batch = pool.streams().refill(window, window == concurrency);
    // But no worker is to be without work meanwhile.
    int spare = underWay - pool.streams().workers();
    if (space <= 0 || (spare >= 0 && space < batch)) {
      askAtDone = done + Math.max(1, Math.min(spare + 1, batch - space));
      return;
    }
    int wanted = (int) Math.min(demand, space);
    promised = before + wanted;
    arrivals.resetClock();
    try {
      known.request(wanted);
    } catch (Throwable thrown) {
      fail(thrown); // Reactive Streams 3.16 forbids it; the downstream shall know
    }
  }
}
