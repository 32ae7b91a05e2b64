package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Runs a publisher's invocations and answers them in order. */
final class InvokeAllFlux extends Flux<Reply> {

  private final ScheduledWorkerPool pool;
  private final Publisher<Invocation> source;

  InvokeAllFlux(ScheduledWorkerPool pool, Publisher<Invocation> source) {
    this.pool = pool;
    this.source = source;
  }

  @Override
  public void subscribe(CoreSubscriber<? super Reply> actual) {
    if (pool.isClosed()) {
      Operators.error(actual, new WorkerException.PoolClosed("worker pool"));
      return;
    }
    source.subscribe(new InvokeAllSubscription(pool, actual));
  }
}
