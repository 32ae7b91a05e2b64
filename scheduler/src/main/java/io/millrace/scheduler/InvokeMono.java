package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** One invocation for each subscription, submitted at the first request. */
final class InvokeMono extends Mono<Reply> {

  private final ScheduledWorkerPool pool;
  private final Invocation invocation;

  InvokeMono(ScheduledWorkerPool pool, Invocation invocation) {
    this.pool = pool;
    this.invocation = invocation;
  }

  @Override
  public void subscribe(CoreSubscriber<? super Reply> actual) {
    actual.onSubscribe(new MonoTask(pool, invocation, actual));
  }

  private static final class MonoTask extends Task implements Subscription {

    private final ScheduledWorkerPool pool;
    private final CoreSubscriber<? super Reply> actual;
    private final FirstRequest requested = new FirstRequest();

    MonoTask(
        ScheduledWorkerPool pool, Invocation invocation, CoreSubscriber<? super Reply> actual) {
      super(invocation);
      this.pool = pool;
      this.actual = actual;
    }

    @Override
    public void request(long n) {
      if (!Operators.validate(n) || !requested.tryTell()) {
        return;
      }
      pool.signaller().relieve();
      pool.announcer().submitted(invocation, actual);
      submitted(pool.platform().nanoTime());
      if (!requested.told()) {
        pool.outcomes().cancel(this);
      } else if (!pool.admission().tryAcquire()) {
        pool.dispatcher().squeezeIn(this);
      } else if (pool.tryAdmit(this, false)) {
        pool.dispatcher().put(this);
        pool.dispatcher().poke();
      }
    }

    @Override
    public void cancel() {
      if (requested.tryCancel()) {
        pool.outcomes().cancel(this);
      } // else never submitted, or its submitter does
    }

    @Override
    boolean deliver() {
      Reply reply = reply();
      if (reply instanceof Reply.Failed failed) {
        actual.onError(failed.failure());
      } else if (reply != null) {
        actual.onNext(reply);
        actual.onComplete();
      }
      return true;
    }
  }
}
