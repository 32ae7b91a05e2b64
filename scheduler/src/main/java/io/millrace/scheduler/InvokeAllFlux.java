package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import java.util.Objects;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Runs a publisher's invocations and answers them, in order or as they end. */
final class InvokeAllFlux extends Flux<Reply> {

  private final ScheduledWorkerPool pool;
  private final Publisher<Invocation> source;
  private final boolean ordered;
  private final int concurrency;

  InvokeAllFlux(
      ScheduledWorkerPool pool, Publisher<Invocation> source, boolean ordered, int concurrency) {
    this.pool = pool;
    this.source = Objects.requireNonNull(source, "invocations");
    this.ordered = ordered;
    this.concurrency = concurrency;
    if (concurrency < 1) {
      throw new IllegalArgumentException(
          "concurrency is " + concurrency + ": it must be 1 or more");
    }
  }

  @Override
  public void subscribe(CoreSubscriber<? super Reply> actual) {
    if (pool.isClosed()) {
      Operators.error(actual, new WorkerException.PoolClosed("worker pool"));
      return;
    }
    source.subscribe(new InvokeAllSubscription(pool, actual, ordered, concurrency).upstream());
  }
}
