package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.Overflow;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * What a tenant that sends little has to wait beside one that floods, against what it waits alone:
 * beside a stream that has always more, and beside one that invokes ten times what can be done and
 * is refused the most of it.
 */
final class QuietTenant {

  private static final int PAIRS = 9;
  private static final int INVOCATIONS = 400;

  /** At random up to twice this, or the quiet tenant would keep step with the others' guests. */
  private static final long PAUSE_NANOS = 2_000_000;

  private static final Invocation QUIET = Invocation.of("sleep", "").withTenant("quiet");
  private static final Invocation FLOOD = Invocation.of("sleep", "").withTenant("flood");

  /** Begins to flood, until it is disposed of. */
  interface Flood {
    Disposable on(WorkerPool pool);
  }

  private QuietTenant() {}

  static void measure(Figures figures) throws Exception {
    measure(figures, Overflow.WAIT, "", QuietTenant::stream);
    if (Effort.chosen() == Effort.QUICK) {
      figures.note("not in --quick: the quiet tenant beside a flood of single invocations");
      return;
    }
    measure(figures, Overflow.REJECT, ".byInvoke", QuietTenant::invocations);
  }

  private static Disposable stream(WorkerPool pool) {
    return pool.invokeAll(Flux.<Invocation>generate(sink -> sink.next(FLOOD))).subscribe();
  }

  private static Disposable invocations(WorkerPool pool) {
    return Flux.interval(Duration.ofMillis(1), Schedulers.single())
        .onBackpressureDrop()
        .subscribe(
            milli -> {
              for (int i = 0; i < OverloadProfile.PER_MILLI; i++) {
                pool.invoke(FLOOD).subscribe(reply -> {}, refused -> {});
              }
            });
  }

  private static void measure(Figures figures, Overflow policy, String kind, Flood flood)
      throws Exception {
    int pairs = Effort.of(Ratio.FEWEST_PAIRS, PAIRS, PAIRS);
    double[] alone = new double[pairs];
    double[] beside = new double[pairs];
    double[] ratios = new double[pairs];
    long others = 0;
    try (WorkerPool pool = OverloadProfile.pool(policy)) {
      p99Millis(pool);
      Turns turns = new Turns(2);
      for (int pair = 0; pair < pairs; pair++) {
        for (int turn : turns.next()) {
          if (turn == 0) {
            alone[pair] = p99Millis(pool);
          } else {
            Beside flooded = beside(pool, flood);
            beside[pair] = flooded.p99Millis;
            others += flooded.others;
          }
        }
        ratios[pair] = beside[pair] / alone[pair];
      }
    }
    String prefix = "overload.quietTenant" + kind;
    figures.put(prefix + ".others", (double) others);
    figures.put(prefix + ".alone.p99Millis", alone);
    figures.put(prefix + ".beside.p99Millis", beside);
    // Percentiles of some hundred scatter more than rates do.
    figures.putScattered("overload.quietTenantP99Ratio" + kind, new Ratio(ratios));
  }

  /** The quiet tenant's, and how many calls of the flooding one were done. */
  record Beside(double p99Millis, long others) {}

  /** Whatever happens to the quiet tenant, nobody floods afterwards. */
  static Beside beside(WorkerPool pool, Flood flood) throws Exception {
    Disposable flooding = flood.on(pool);
    Beside beside;
    try {
      Thread.sleep(50);
      long before = pool.metrics().completed();
      double p99Millis = p99Millis(pool);
      beside = new Beside(p99Millis, pool.metrics().completed() - before - invocations());
    } finally {
      flooding.dispose();
    }
    while (pool.metrics().waiting() > 0) {
      Thread.sleep(1); // the next one is alone again
    }
    return beside;
  }

  private static int invocations() {
    return Effort.of(INVOCATIONS * 3 / 7, INVOCATIONS, INVOCATIONS);
  }

  /** One that is refused ends the run: there is room for who has none under way. */
  private static double p99Millis(WorkerPool pool) throws Exception {
    long[] nanos = new long[invocations()];
    Random random = new Random(1);
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = pool.invoke(QUIET).toFuture().get(10, TimeUnit.SECONDS).sojournNanos();
      LockSupport.parkNanos((long) (2 * PAUSE_NANOS * random.nextDouble()));
    }
    Arrays.sort(nanos);
    return nanos[nanos.length * 99 / 100] / 1e6;
  }
}
