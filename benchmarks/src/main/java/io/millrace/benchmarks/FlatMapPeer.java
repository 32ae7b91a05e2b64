package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
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
    pool =
        PoolBuilder.from(Mono.fromCallable(guests::lease))
            .sizeBetween(workers, workers) // always as many guests as there are workers
            .destroyHandler(lease -> Mono.fromRunnable(lease::close))
            .buildPool();
    scheduler = Schedulers.newParallel("peer", workers, true);
  }

  /** A number of invocations, {@code inFlight} of them under way at a time, none of which fails. */
  Load load(Invocation invocation, int invocations, int inFlight) {
    return new Load() {
      @Override
      public int invocations() {
        return invocations;
      }

      @Override
      public long run() {
        PeerRound round = FlatMapPeer.this.run(invocation, invocations, inFlight, false);
        if (round.failed() > 0) {
          throw new IllegalStateException(
              round.failed() + " of " + invocations + " invocations failed");
        }
        return round.nanos();
      }
    };
  }

  @Override
  public PeerRound run(PeerCall call, int calls, int inFlight, boolean timed) {
    return run(call.invocation(), calls, inFlight, timed);
  }

  /** The same of another invocation. */
  PeerRound run(Invocation invocation, int calls, int inFlight, boolean timed) {
    Histogram sojourns = Peer.histogram();
    LongAdder failed = new LongAdder();
    long start = System.nanoTime();
    Flux<Invocation> all = Flux.fromIterable(new Copies<>(invocation, calls));
    Function<Invocation, Flux<byte[]>> through =
        each -> pool.withPoolable(lease -> on(lease, each, failed));
    // Behind flatMap, where a reply has arrived: it may have waited within for another thread.
    Flux<?> replied =
        timed
            ? all.flatMap(each -> sentAt(through.apply(each)), inFlight)
                .doOnNext(at -> sojourns.recordValue(System.nanoTime() - at))
            : all.flatMap(through, inFlight);
    long replies = Peer.count(PeerKind.REACTOR_POOL.title(), replied, LIMIT);
    if (replies != calls) {
      throw new IllegalStateException(replies + " replies to " + calls + " invocations");
    }
    return PeerRound.of(System.nanoTime() - start, failed.sum(), sojourns);
  }

  private static Flux<Long> sentAt(Flux<byte[]> reply) {
    Long now = System.nanoTime();
    return reply.map(any -> now);
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
