package io.millrace.integrations;

import io.micrometer.observation.ObservationRegistry;
import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolLoad;
import io.millrace.pipeline.WorkerPoolMetrics;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A pool whose invocations are observed. Functions, streams and ports are made over this one, so
 * what they invoke comes through {@link #invoke} here, with the context that it has.
 */
final class ObservedPool implements WorkerPool {

  private final WorkerPool pool;
  private final ObservationRegistry registry;

  ObservedPool(WorkerPool pool, ObservationRegistry registry) {
    this.pool = pool;
    this.registry = registry;
  }

  @Override
  public Mono<Reply> invoke(Invocation invocation) {
    return Observations.invoke(pool, registry, invocation);
  }

  @Override
  public Flux<Reply> invokeAll(Publisher<Invocation> invocations) {
    return InvocationsObserved.of(registry, invocations, pool::invokeAll);
  }

  @Override
  public Flux<Reply> invokeAll(Publisher<Invocation> invocations, int concurrency) {
    return InvocationsObserved.of(
        registry, invocations, observed -> pool.invokeAll(observed, concurrency));
  }

  @Override
  public Flux<Reply> invokeAllUnordered(Publisher<Invocation> invocations) {
    return InvocationsObserved.of(registry, invocations, pool::invokeAllUnordered);
  }

  @Override
  public Flux<Reply> invokeAllUnordered(Publisher<Invocation> invocations, int concurrency) {
    return InvocationsObserved.of(
        registry, invocations, observed -> pool.invokeAllUnordered(observed, concurrency));
  }

  /** Not observed: whether it keeps a worker is for the pool itself to know. */
  @Override
  public Mono<Claim> claim(Invocation invocation) {
    return pool.claim(invocation);
  }

  @Override
  public Flux<WorkerEvent> events() {
    return pool.events();
  }

  @Override
  public WorkerPoolMetrics metrics() {
    return pool.metrics();
  }

  @Override
  public WorkerPoolLoad load() {
    return pool.load();
  }

  @Override
  public void close() {
    pool.close();
  }

  @Override
  public Mono<Void> closeGracefully() {
    return pool.closeGracefully();
  }

  @Override
  public void terminate() {
    pool.terminate();
  }

  @Override
  public Mono<WorkerException> termination() {
    return pool.termination();
  }

  @Override
  public @Nullable WorkerException terminated() {
    return pool.terminated();
  }
}
