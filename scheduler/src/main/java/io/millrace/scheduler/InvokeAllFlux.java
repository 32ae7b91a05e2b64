package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Runs a publisher's invocations and answers them, in order or as they end. */
final class InvokeAllFlux extends Flux<Reply> {

  private final ScheduledWorkerPool pool;
  private final Publisher<Invocation> source;
  private final boolean ordered;

  InvokeAllFlux(ScheduledWorkerPool pool, Publisher<Invocation> source, boolean ordered) {
    this.pool = pool;
    this.source = source;
    this.ordered = ordered;
  }

  @Override
  public void subscribe(CoreSubscriber<? super Reply> actual) {
    if (pool.isClosed()) {
      Operators.error(actual, new WorkerException.PoolClosed("worker pool"));
      return;
    }
    source.subscribe(new InvokeAllSubscription(pool, actual, ordered));
  }
}
