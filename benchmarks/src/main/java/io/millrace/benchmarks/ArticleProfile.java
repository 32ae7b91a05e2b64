package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * A thousand calls by 1, 2, 4 and 8 workers: a guest that computes, which more workers than cores
 * cannot make faster, and a guest that waits for the host, which they can. Service time, sojourn
 * time and throughput apart, since the sum of times over all calls says nothing of any of them.
 */
final class ArticleProfile implements Profile {

  static final int[] WORKERS = {1, 2, 4, 8};
  private static final int IN_FLIGHT = 16;
  private static final int ROUNDS = 7;

  /** A round's calls come in slices, in which all numbers of workers take turns. */
  private static final int SLICES = 4;

  private static final int WARM_UPS = 2;
  private static final int CALLS = 1_000;
  private static final int PAYLOAD_BYTES = 64 * 1024;
  private static final long PAUSE_MILLIS = 1;

  @Override
  public String name() {
    return "article-1000";
  }

  @Override
  public String description() {
    return "1,000 calls by 1, 2, 4, 8 workers: guests that compute, guests that wait for the host";
  }

  @Override
  public int quickSeconds() {
    return 11;
  }

  @Override
  public void run(Figures figures) throws Exception {
    byte[] payload = new byte[PAYLOAD_BYTES];
    new Random(1).nextBytes(payload);
    try (InstancePool guests = DigestGuests.pool(false)) {
      Invocation busy = Invocation.of("sha256", payload);
      int calls = Effort.of(680, CALLS, CALLS);
      measure(figures, "cpu", guests, busy, calls, LoadSampler.SELDOM_NANOS);
    }
    try (InstancePool guests = waiting()) {
      Invocation idle = Invocation.of("wait", "");
      int calls = Effort.of(208, CALLS, CALLS);
      measure(figures, "host", guests, idle, calls, LoadSampler.OFTEN_NANOS);
    }
  }

  private static InstancePool waiting() {
    return InstancePool.builder(ModuleSource.resource(ArticleProfile.class, "host-wait.wasm"))
        .hostFunction(
            "env",
            "pause",
            "() -> ()",
            (call, args) -> {
              Thread.sleep(PAUSE_MILLIS);
              return 0;
            })
        .build();
  }

  private static void measure(
      Figures figures,
      String guest,
      InstancePool guests,
      Invocation invocation,
      int calls,
      long lookNanos)
      throws Exception {
    int rounds = Effort.rounds(ROUNDS);
    WorkerPool[] pools = new WorkerPool[WORKERS.length];
    try {
      for (int i = 0; i < WORKERS.length; i++) {
        pools[i] = WorkerPools.over(guests).workers(WORKERS[i]).inboxCapacity(IN_FLIGHT).build();
      }
      int slices = rounds * SLICES;
      Turns turns = new Turns(WORKERS.length);
      LoadResult[][] results = new LoadResult[WORKERS.length][slices];
      for (int slice = -SLICES * Effort.of(1, WARM_UPS, WARM_UPS); slice < slices; slice++) {
        for (int turn : turns.next()) {
          LoadResult result =
              LoadHarness.closed(
                  pools[turn], invocation, calls / SLICES, IN_FLIGHT, Peer.LIMIT, lookNanos);
          if (slice >= 0) {
            results[turn][slice] = result;
          }
        }
      }
      for (int i = 0; i < WORKERS.length; i++) {
        put(figures, guest + "." + WORKERS[i] + "workers.", results[i]);
      }
      for (int i = 1; i < WORKERS.length; i++) {
        double[] speedUps = new double[rounds];
        for (int round = 0; round < rounds; round++) {
          speedUps[round] = nanos(results[0], round) / nanos(results[i], round);
        }
        figures.put(guest + ".speedUp." + WORKERS[i] + "workers", new Ratio(speedUps));
      }
    } finally {
      for (WorkerPool pool : pools) {
        if (pool != null) {
          pool.close();
        }
      }
    }
  }

  /** Of a round's slices together; all have as many calls. */
  private static double nanos(LoadResult[] slices, int round) {
    return Arrays.stream(slices, round * SLICES, (round + 1) * SLICES)
        .mapToLong(LoadResult::nanos)
        .sum();
  }

  static void put(Figures figures, String prefix, LoadResult[] slices) {
    figures.put(prefix + "perSecond", each(slices, LoadResult::perSecond));
    figures.put(prefix + "service.p50Micros", each(slices, r -> micros(r.service(), 50)));
    figures.put(prefix + "service.p99Micros", each(slices, r -> micros(r.service(), 99)));
    figures.put(prefix + "sojourn.p50Micros", each(slices, r -> micros(r.sojourn(), 50)));
    figures.put(prefix + "sojourn.p99Micros", each(slices, r -> micros(r.sojourn(), 99)));
    figures.put(prefix + "utilisation", each(slices, LoadResult::utilisation));
    figures.put(prefix + "queueLength", each(slices, LoadResult::meanWaiting));
    figures.put(prefix + "allocatedBytes", each(slices, LoadResult::allocatedBytes));
    long rejected = Arrays.stream(slices).mapToLong(LoadResult::rejected).sum();
    figures.put(prefix + "rejected", (double) rejected);
    if (rejected > 0) {
      figures.doubt(prefix + "rejected: " + rejected + " calls were rejected, none may");
    }
    figures.put(
        prefix + "collections",
        (double) Arrays.stream(slices).mapToLong(LoadResult::collections).sum());
    figures.put(
        prefix + "collectionMillis",
        (double) Arrays.stream(slices).mapToLong(LoadResult::collectionMillis).sum());
    long failed = Arrays.stream(slices).mapToLong(LoadResult::failed).sum();
    figures.put(prefix + "failed", (double) failed);
    if (failed > 0) {
      figures.doubt(prefix + "failed: " + failed + " calls failed, none may");
    }
    double[] errors = littleErrors(slices);
    figures.put(prefix + "littleError", errors);
    figures.put(prefix + "littleErrorWorst", Arrays.stream(errors).max().orElse(Double.NaN));
    LoadResult.doubt(errors).ifPresent(why -> figures.doubt(prefix + "littleError: " + why));
    // In a round's sum an error of one slice may make up for another's.
    LoadResult.doubtOfSlices(each(slices, LoadResult::littleError))
        .ifPresent(why -> figures.doubt(prefix + "littleError, slice by slice: " + why));
  }

  /** Of each thousand calls, which are a round's slices together. */
  private static double[] littleErrors(LoadResult[] slices) {
    return IntStream.range(0, slices.length / SLICES)
        .mapToObj(round -> Arrays.asList(slices).subList(round * SLICES, (round + 1) * SLICES))
        .mapToDouble(LoadResult::littleError)
        .toArray();
  }

  private static double micros(Histogram of, double percentile) {
    return of.getValueAtPercentile(percentile) / 1e3;
  }

  private static double[] each(LoadResult[] rounds, ToDoubleFunction<LoadResult> of) {
    return Arrays.stream(rounds).mapToDouble(of).toArray();
  }
}
