package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/** An invocation that comes by itself, submitted at its subscriber's first request. */
abstract class SingleTask extends Task implements Subscription {

  final ScheduledWorkerPool pool;
  private final CoreSubscriber<?> subscriber;
  private final FirstRequest requested = new FirstRequest();

  SingleTask(ScheduledWorkerPool pool, Invocation invocation, CoreSubscriber<?> subscriber) {
    super(invocation);
    this.pool = pool;
    this.subscriber = subscriber;
  }

  /** It has room, and was taken in: goes on from here. The submitter, or the signaller. */
  abstract void admitted();

  @Override
  public final void request(long n) {
    if (!Operators.validate(n) || !requested.tryTell()) {
      return;
    }
    pool.signaller().relieve();
    pool.announcer().submitted(invocation, subscriber);
    submitted(pool.platform().nanoTime());
    if (!requested.told()) {
      pool.outcomes().cancel(this);
    } else if (!pool.admission().tryAcquire()) {
      pool.dispatcher().squeezeIn(this);
    } else if (pool.tryAdmit(this, false)) {
      admitted();
    }
  }

  @Override
  public void cancel() {
    if (requested.tryCancel()) {
      pool.outcomes().cancel(this);
    } // else never submitted, or its submitter does
  }
}
