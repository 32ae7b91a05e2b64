package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

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

  private static final class MonoTask extends SingleTask {

    private final CoreSubscriber<? super Reply> actual;

    MonoTask(
        ScheduledWorkerPool pool, Invocation invocation, CoreSubscriber<? super Reply> actual) {
      super(pool, invocation, actual);
      this.actual = actual;
    }

    @Override
    void admitted() {
      pool.dispatcher().put(this);
      pool.dispatcher().poke();
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
