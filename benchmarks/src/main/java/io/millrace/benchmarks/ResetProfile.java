package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.instance.InstancePoolMetrics;
import io.millrace.instance.ModuleCache;
import io.millrace.instance.ModuleSource;
import io.millrace.instance.ResetPolicy;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import java.util.List;
import java.util.Random;

/**
 * What it costs to bring an instance back to its first state, and to start one from it, against
 * running the guest's own start; and whether a reset brings everything back.
 */
final class ResetProfile implements Profile {

  private static final int ROUNDS = 9;
  private static final int MILLIS = 400;
  private static final int WARM_UP_MILLIS = 3_000;

  /** A Go guest's own start becomes twice as fast while the JIT gets to know it. */
  private static final int START_WARM_UP_MILLIS = 12_000;

  private static final int START_MILLIS = 500;

  /** Of which a quick run takes its shares. */
  private static final int QUICK_MILLIS = 200;

  private static final int QUICK_WARM_UP_MILLIS = 1_600;
  private static final int INVOCATIONS = 10_000;

  private static final ModuleSource C = guest("c-digest.wasm");
  private static final ModuleSource GO = guest("go-auth.wasm");

  private final ModuleCache cache = ModuleCache.create();

  private static ModuleSource guest(String name) {
    return ModuleSource.resource(ResetProfile.class, "/io/millrace/guests/" + name);
  }

  @Override
  public String name() {
    return "reset";
  }

  @Override
  public String description() {
    return "resets and starts from a snapshot against the guest's own start (without that with"
        + " --quick); every reset verified";
  }

  @Override
  public int quickSeconds() {
    return 7;
  }

  @Override
  public void run(Figures figures) throws Exception {
    if (Effort.chosen() == Effort.QUICK) {
      quick(figures);
    } else {
      go(figures);
      c(figures);
    }
    verified(figures);
  }

  private InstancePoolBuilder pool(ModuleSource source) {
    return InstancePool.builder(source).moduleCache(cache).spares(0);
  }

  /** Each call is another tenant's, so that it gets what the pool's policy gives to another. */
  private static Work next(GuestLease lease) {
    int[] turn = {0};
    return () -> {
      String tenant = (turn[0]++ & 1) == 0 ? "a" : "b";
      return lease.guest(tenant).hashCode();
    };
  }

  private void go(Figures figures) throws Exception {
    try (InstancePool normal =
            pool(GO).resetPolicy(ResetPolicy.FRESH_PER_TENANT).snapshot(false).build();
        InstancePool snapshot = pool(GO).resetPolicy(ResetPolicy.FRESH_PER_TENANT).build();
        InstancePool reset = pool(GO).build();
        GuestLease fromStart = normal.lease();
        GuestLease fromSnapshot = snapshot.lease();
        GuestLease whole = reset.lease()) {
      Work normalStart = next(fromStart);
      Rates.inTurn(1, START_WARM_UP_MILLIS, 0, normalStart);
      Rates rates =
          Rates.inTurn(
              ROUNDS, START_MILLIS, WARM_UP_MILLIS, normalStart, next(fromSnapshot), next(whole));
      figures.put("go.normalStart.micros", rates.micros(0));
      figures.put("go.snapshotStart.micros", rates.micros(1));
      figures.put("go.wholeRestore.micros", rates.micros(2));
      figures.put("goStartVsNormal", rates.ratio(0, 1));
      // Both starts build an instance; one then runs _initialize, the other restores all.
      figures.put(
          "goRestoreVsInit",
          rates.ratio(micros -> micros[2] / (micros[0] - micros[1] + micros[2])));
    }
  }

  /** What needs no long warm-up. */
  private void quick(Figures figures) throws Exception {
    try (InstancePool starts = pool(GO).resetPolicy(ResetPolicy.FRESH_PER_TENANT).build();
        InstancePool resets = pool(GO).build();
        InstancePool tracked = pool(C).dirtyTracking(true).build();
        GuestLease snapshot = starts.lease();
        GuestLease whole = resets.lease();
        GuestLease touched = tracked.lease()) {
      Rates rates =
          Rates.inTurn(
              ROUNDS,
              QUICK_MILLIS,
              QUICK_WARM_UP_MILLIS,
              next(snapshot),
              next(whole),
              callAndReset(touched));
      figures.put("go.snapshotStart.micros", rates.micros(0));
      figures.put("go.wholeRestore.micros", rates.micros(1));
      figures.put("c.callAndReset.micros", rates.micros(2));
    }
    figures.note(
        "not in --quick: the guests' own starts, which a JIT needs long to get used to, and so the"
            + " ratios to them");
  }

  /** The call touches what the reset then brings back. */
  private static Work callAndReset(GuestLease lease) {
    Invocation hello = Invocation.of("echo", "hello");
    int[] turn = {0};
    return () -> {
      String tenant = (turn[0]++ & 1) == 0 ? "a" : "b";
      return lease.guest(tenant).invoke(hello).length;
    };
  }

  private void c(Figures figures) throws Exception {
    try (InstancePool normal =
            pool(C)
                .dirtyTracking(true)
                .resetPolicy(ResetPolicy.FRESH_PER_TENANT)
                .snapshot(false)
                .build();
        InstancePool tracked = pool(C).dirtyTracking(true).build();
        GuestLease fromStart = normal.lease();
        GuestLease lease = tracked.lease()) {
      Rates rates =
          Rates.inTurn(ROUNDS, MILLIS, WARM_UP_MILLIS, next(fromStart), callAndReset(lease));
      figures.put("c.newInstance.micros", rates.micros(0));
      figures.put("c.callAndReset.micros", rates.micros(1));
      // The call counts against the reset.
      figures.put("cResetVsNewInstance", rates.ratio(0, 1));
    }
  }

  /** Random tenants over random guests, every reset compared in full. */
  private void verified(Figures figures) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (InstancePool c = pool(C).dirtyTracking(true).verifyResetsEvery(1).build();
        InstancePool go = pool(GO).verifyResetsEvery(1).build();
        GuestLease cLease = c.lease();
        GuestLease goLease = go.lease()) {
      List<GuestLease> leases = List.of(cLease, goLease);
      for (int i = 0; i < Effort.share(INVOCATIONS); i++) {
        byte[] payload = new byte[random.nextInt(2_048)];
        random.nextBytes(payload);
        String function = random.nextBoolean() ? "echo" : "sha256";
        String tenant = "tenant " + random.nextInt(4);
        leases.get(random.nextInt(2)).guest(tenant).invoke(Invocation.of(function, payload));
      }
      InstancePoolMetrics ofC = c.metrics();
      InstancePoolMetrics ofGo = go.metrics();
      figures.put("verified.resets", (double) (ofC.resetsVerified() + ofGo.resetsVerified()));
      long differences = ofC.resetDifferences() + ofGo.resetDifferences();
      figures.put("verified.differences", (double) differences);
      if (differences > 0) {
        figures.doubt("resets differed, with seed " + seed);
      }
    }
  }
}
