package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.pool.InstrumentedPool;
import reactor.pool.PoolBuilder;

/** {@code flatMap} over reactor-pool, whose resources are guests, on a scheduler of as many. */
final class FlatMapPeer implements Peer {

  private static final byte[] NOTHING = {};

  private final InstrumentedPool<GuestLease> pool;
  private final Scheduler scheduler;

  FlatMapPeer(GuestSource guests, int workers) {
    pool = pool(guests, workers);
    scheduler = Schedulers.newParallel("peer", workers, true);
  }

  /** Always as many guests as there are workers. */
  static InstrumentedPool<GuestLease> pool(GuestSource guests, int workers) {
    return PoolBuilder.from(Mono.fromCallable(guests::lease))
        .sizeBetween(workers, workers)
        .destroyHandler(lease -> Mono.fromRunnable(lease::close))
        .buildPool();
  }

  @Override
  public PeerRound run(PeerCall call, int calls, int inFlight, boolean timed) {
    Invocation invocation = call.invocation();
    Histogram sojourns = Peer.histogram();
    LongAdder failed = new LongAdder();
    long start = System.nanoTime();
    Flux<Long> sent =
        Flux.range(0, calls)
            .flatMap(
                each -> {
                  Long now = timed ? System.nanoTime() : 0L;
                  return pool.withPoolable(lease -> on(lease, invocation, failed))
                      .map(reply -> now);
                },
                inFlight);
    // Behind flatMap, where a reply has arrived: it may have waited within for another thread.
    Flux<Long> replied =
        timed ? sent.doOnNext(at -> sojourns.recordValue(System.nanoTime() - at)) : sent;
    long replies = Peer.count(PeerKind.REACTOR_POOL.title(), replied, LIMIT);
    if (replies != calls) {
      throw new IllegalStateException(replies + " replies to " + calls + " invocations");
    }
    return PeerRound.of(System.nanoTime() - start, failed.sum(), sojourns);
  }

  private Mono<byte[]> on(GuestLease lease, Invocation invocation, LongAdder failed) {
    return Mono.fromCallable(() -> call(lease, invocation, failed)).subscribeOn(scheduler);
  }

  /** Failures are caught here, and not by an operator, which would cost each call something. */
  private static byte[] call(GuestLease lease, Invocation invocation, LongAdder failed) {
    try {
      return lease.guest(null).invoke(invocation);
    } catch (RuntimeException failure) {
      failed.increment();
      return NOTHING;
    }
  }

  @Override
  public void close() {
    pool.dispose();
    scheduler.dispose();
  }
}
