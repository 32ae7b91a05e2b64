package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What it costs to bring an invocation to a guest and its reply back: an empty call of the C guest
 * through {@code invokeAll}, against {@code flatMap} over reactor-pool over the same guest, both
 * with as many invocations under way at most; then, over a guest that does nothing, what each thing
 * that an invocation can carry adds.
 */
final class DispatchProfile implements Profile {

  private static final int WORKERS = 2;
  private static final int CAPACITY = 2048;
  private static final int ROUNDS = 11;
  private static final int WARM_UPS = 6;
  private static final int INVOCATIONS = 250_000;
  private static final int PEER_INVOCATIONS = 7_500;
  private static final int SLICES = 4;

  /** What {@code flatMap} has by default; {@code invokeAll} by itself has as many as fit. */
  private static final int WINDOW = 256;

  private static final int TENANTS = 8;

  @Override
  public String name() {
    return "dispatch";
  }

  @Override
  public String description() {
    return "an empty call through invokeAll against flatMap over reactor-pool, 256 under way; what"
        + " features cost";
  }

  @Override
  public int quickSeconds() {
    return 8;
  }

  @Override
  public void run(Figures figures) throws Exception {
    againstReactorPool(figures);
    items(figures);
  }

  private static void againstReactorPool(Figures figures) throws Exception {
    Invocation empty = Invocation.of("echo", "");
    try (InstancePool guests = DigestGuests.pool(false);
        WorkerPool pool =
            WorkerPools.over(guests).workers(WORKERS).inboxCapacity(CAPACITY).build();
        FlatMapPeer peer = new FlatMapPeer(guests, WORKERS);
        RawLoops loops = new RawLoops(guests, WORKERS, empty, INVOCATIONS)) {
      Rates rates =
          Rates.ofLoads(
              ROUNDS,
              SLICES,
              WARM_UPS,
              List.of(
                  Load.stream(pool, empty, INVOCATIONS, WINDOW),
                  peer.load(empty, PEER_INVOCATIONS, WINDOW),
                  loops));
      figures.put("dispatch.millionsPerSecond", rates.each(0, rate -> rate / 1e6));
      figures.put("dispatch.reactorPool.millionsPerSecond", rates.each(1, rate -> rate / 1e6));
      figures.put("dispatch.rawLoops.millionsPerSecond", rates.each(2, rate -> rate / 1e6));
      figures.putStanding("dispatch.vsReactorPool", rates.ratio(0, 1));
    }
  }

  /** Nanoseconds of both workers together, so twice what one invocation takes longer. */
  private static void items(Figures figures) throws Exception {
    Invocation plain = Invocation.of("echo", "");
    List<Invocation> tenants =
        IntStream.range(0, TENANTS).mapToObj(i -> plain.withTenant("tenant " + i)).toList();
    List<Invocation> keys =
        IntStream.range(0, TENANTS).mapToObj(i -> plain.withKey("key " + i)).toList();
    try (WorkerPool pool =
        WorkerPools.over(FakeGuests.empty()).workers(WORKERS).inboxCapacity(CAPACITY).build()) {
      Rates rates =
          Rates.ofLoads(
              ROUNDS,
              SLICES,
              WARM_UPS,
              List.of(
                  Load.stream(pool, plain, INVOCATIONS),
                  Load.stream(pool, plain.withDeadline(Duration.ofSeconds(30)), INVOCATIONS),
                  Load.stream(pool, inTurn(tenants)),
                  Load.stream(pool, inTurn(keys))));
      putItems(figures, rates);
    }
  }

  /** A difference of two rates scatters by more than either. */
  static void putItems(Figures figures, Rates rates) {
    figures.put("dispatch.fake.nanos", rates.each(0, rate -> 1e9 / rate));
    figures.putSteady("dispatch.deadline.extraNanos", rates.extraNanos(1, 0));
    figures.putSteady("dispatch.tenants.extraNanos", rates.extraNanos(2, 0));
    figures.putSteady("dispatch.keys.extraNanos", rates.extraNanos(3, 0));
  }

  private static List<Invocation> inTurn(List<Invocation> some) {
    return Collections.nCopies(INVOCATIONS / some.size(), some).stream()
        .flatMap(List::stream)
        .toList();
  }
}
