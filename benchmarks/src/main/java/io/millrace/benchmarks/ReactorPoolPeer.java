package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.pool.InstrumentedPool;

/**
 * How the same is put together from Reactor's own parts: {@code flatMap} over reactor-pool, whose
 * resources are guests, each call on one of as many threads as there are guests.
 */
final class ReactorPoolPeer implements Load, AutoCloseable {

  private final InstrumentedPool<GuestLease> pool;
  private final Scheduler scheduler;
  private final Copies<Invocation> all;
  private final int window;

  /** With no more than {@code window} invocations under way at a time. */
  ReactorPoolPeer(
      GuestSource guests, int workers, Invocation invocation, int invocations, int window) {
    pool = FlatMapPeer.pool(guests, workers);
    scheduler = Schedulers.newParallel("peer", workers, true);
    all = new Copies<>(invocation, invocations);
    this.window = window;
  }

  @Override
  public int invocations() {
    return all.count();
  }

  @Override
  public long run() {
    long start = System.nanoTime();
    Long replies =
        Flux.fromIterable(all)
            .flatMap(
                each ->
                    pool.withPoolable(
                        lease ->
                            Mono.fromCallable(() -> lease.guest(null).invoke(each))
                                .subscribeOn(scheduler)),
                window)
            .count()
            .block();
    long nanos = System.nanoTime() - start;
    if (replies == null || replies != all.count()) {
      throw new IllegalStateException(replies + " replies to " + all.count() + " invocations");
    }
    return nanos;
  }

  @Override
  public void close() {
    pool.dispose();
    scheduler.dispose();
  }
}
