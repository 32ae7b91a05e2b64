package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.pool.InstrumentedPool;
import reactor.pool.PoolBuilder;

/** {@code flatMap} over reactor-pool, whose resources are guests, on a scheduler of as many. */
final class FlatMapPeer implements Peer {

  private final InstrumentedPool<GuestLease> pool;
  private final Scheduler scheduler;

  FlatMapPeer(GuestSource guests, int workers) {
    pool =
        PoolBuilder.from(Mono.fromCallable(guests::lease))
            .sizeBetween(workers, workers)
            .destroyHandler(lease -> Mono.fromRunnable(lease::close))
            .buildPool();
    scheduler = Schedulers.newParallel("peer", workers, true);
  }

  @Override
  public Round run(PeerCall call, int calls, int inFlight, boolean timed) {
    Invocation invocation = call.invocation();
    Histogram sojourns = new ConcurrentHistogram(HIGHEST_NANOS, 3);
    long start = System.nanoTime();
    Long replies =
        Flux.range(0, calls)
            .flatMap(
                each -> {
                  long sent = timed ? System.nanoTime() : 0;
                  Flux<byte[]> reply = pool.withPoolable(lease -> on(lease, invocation));
                  return timed
                      ? reply.doOnNext(any -> sojourns.recordValue(System.nanoTime() - sent))
                      : reply;
                },
                inFlight)
            .count()
            .block();
    if (replies == null || replies != calls) {
      throw new IllegalStateException(replies + " replies to " + calls + " invocations");
    }
    return Round.of(start, sojourns);
  }

  private Mono<byte[]> on(GuestLease lease, Invocation invocation) {
    return Mono.fromCallable(() -> lease.guest(null).invoke(invocation)).subscribeOn(scheduler);
  }

  @Override
  public void close() {
    pool.dispose();
    scheduler.dispose();
  }
}
