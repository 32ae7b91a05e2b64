package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.util.Arrays;

/**
 * Calls that come whether or not others have been answered, from a quarter to four times of what
 * the workers can do: what is done, how long a call takes from the moment at which it was meant to
 * be sent, and what is rejected. The guest sleeps for a millisecond.
 */
final class LoadProfile implements Profile {

  static final double[] OFFERED = {0.25, 0.5, 0.75, 0.9, 1.1, 2, 4};
  private static final int WORKERS = 2;
  private static final int CAPACITY = 64;

  /** Closed loops that say what the capacity is, after one that only warms up. */
  private static final int CAPACITY_RUNS = 3;

  @Override
  public String name() {
    return "load";
  }

  @Override
  public String description() {
    return "an open loop from a quarter to four times the capacity: rate, sojourn time, rejected";
  }

  @Override
  public int quickSeconds() {
    return 5;
  }

  @Override
  public void run(Figures figures) throws Exception {
    int calls = Effort.of(600, 1_500, 10_000);
    Invocation sleep = Invocation.of("sleep", "");
    try (WorkerPool pool =
        WorkerPools.over(FakeGuests.sleeping(1)).workers(WORKERS).inboxCapacity(CAPACITY).build()) {
      double capacity = capacity(figures, pool, sleep, calls);
      double worst = 0;
      long failed = 0;
      for (double offered : OFFERED) {
        LoadResult result = LoadHarness.open(pool, sleep, calls, offered * capacity);
        String load = "load.x" + offered;
        String prefix = load + ".";
        figures.put(prefix + "perSecond", result.perSecond());
        figures.put(prefix + "sojourn.p50Micros", result.sojourn().getValueAtPercentile(50) / 1e3);
        figures.put(prefix + "sojourn.p99Micros", result.sojourn().getValueAtPercentile(99) / 1e3);
        figures.put(prefix + "service.p50Micros", result.service().getValueAtPercentile(50) / 1e3);
        figures.put(prefix + "service.p99Micros", result.service().getValueAtPercentile(99) / 1e3);
        figures.put(prefix + "allocatedBytes", result.allocatedBytes());
        figures.put(prefix + "collections", (double) result.collections());
        figures.put(prefix + "rejectedShare", (double) result.rejected() / calls);
        figures.put(prefix + "queueLength", result.meanWaiting());
        figures.put(prefix + "utilisation", result.utilisation());
        failed += result.failed();
        worst = Math.max(worst, result.littleError());
        result.doubt().ifPresent(why -> figures.doubt(load + ": " + why));
      }
      figures.put("load.failed", (double) failed);
      figures.put("load.littleError", worst);
      figures.note(
          "offered, as shares of the capacity: "
              + Arrays.toString(OFFERED)
              + ", "
              + calls
              + " calls each");
    }
  }

  /** All that follows is told in shares of it, so it is warm, checked, and a median. */
  static double capacity(Figures figures, WorkerPool pool, Invocation sleep, int calls)
      throws InterruptedException {
    double[] perSecond = new double[CAPACITY_RUNS];
    double[] errors = new double[CAPACITY_RUNS];
    for (int run = -1; run < CAPACITY_RUNS; run++) {
      LoadResult result = LoadHarness.closed(pool, sleep, calls, 2 * WORKERS);
      if (run >= 0) {
        perSecond[run] = result.perSecond();
        errors[run] = result.littleError();
        result.doubt().ifPresent(why -> figures.doubt("load.capacity.perSecond: " + why));
        result.closedDoubt().ifPresent(why -> figures.doubt("load.capacity.perSecond: " + why));
      }
    }
    figures.put("load.capacity.perSecond", perSecond);
    figures.put("load.capacity.littleError", errors);
    return Ratio.median(perSecond);
  }
}
