package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * How much of the guests' own speed is left behind {@code invokeAll}, with one worker and with one
 * for each core: SHA-256 of 1 KiB, against loops without any framework on as many threads. And what
 * an invocation allocates, and what a pool costs that has nothing to do.
 */
final class ScalingProfile implements Profile {

  private static final int CAPACITY = 2048;

  /**
   * Many short ones: with all its processors at work, a machine of which others have a part is by a
   * third slower for a second at a time, which may hit one of a pair and not the other. The median
   * passes over such pairs as long as most are whole.
   */
  private static final int ROUNDS = 35;

  /**
   * Two or three seconds of each ({@code --quick}: half of one), since the compiler is at work so
   * long.
   */
  private static final int WARM_UPS = 16;

  /**
   * A stream begins and ends with wake-ups of sleeping threads, some 0.4 ms together, while the
   * loops' time runs only when their threads are there: so it has to be long.
   */
  private static final int PER_WORKER = 20_000;

  private static final int EMPTY_WARM_UPS = 3;
  private static final int COUNTED = 1_000_000;
  private static final int IDLE_MILLIS = 3_000;

  @Override
  public String name() {
    return "scaling";
  }

  @Override
  public String description() {
    return "SHA-256 of 1 KiB through invokeAll against bare loops; speed-up; bytes per invocation";
  }

  @Override
  public int quickSeconds() {
    return 13;
  }

  @Override
  public void run(Figures figures) throws Exception {
    rates(figures);
    figures.put("bytesPerInvocation", bytesPerInvocation());
    figures.put("scaling.idleCpuShare", idleCpuShare());
  }

  private static void rates(Figures figures) throws Exception {
    int cores = Runtime.getRuntime().availableProcessors();
    byte[] payload = new byte[1024];
    new Random(1).nextBytes(payload);
    Invocation sha256 = Invocation.of("sha256", payload);
    int perWorker = Effort.of(PER_WORKER * 3 / 4, PER_WORKER, PER_WORKER);
    int all = cores * perWorker;
    try (InstancePool guests = DigestGuests.pool(false);
        WorkerPool one = WorkerPools.over(guests).workers(1).inboxCapacity(CAPACITY).build();
        WorkerPool each = WorkerPools.over(guests).workers(cores).inboxCapacity(CAPACITY).build();
        RawLoops oneLoop = new RawLoops(guests, 1, sha256, perWorker);
        RawLoops loops = new RawLoops(guests, cores, sha256, all)) {
      Rates rates =
          Rates.ofLoads(
              ROUNDS,
              Effort.of(2, 1, 1), // so few rounds as a quick run has are longer ones
              WARM_UPS,
              List.of(
                  Load.stream(one, sha256, perWorker),
                  oneLoop,
                  Load.stream(each, sha256, all),
                  loops));
      figures.put("sha256.oneWorker.perSecond", rates.perSecond(0));
      figures.put("sha256.allCores.perSecond", rates.perSecond(2));
      putShares(figures, rates.ratio(0, 1), rates.ratio(2, 3));
      if (Effort.chosen() == Effort.QUICK) {
        figures.note("not in --quick: speed-up and efficiency, which need more rounds");
        return;
      }
      figures.put("scaling.rawSpeedUp", rates.ratio(3, 1));
      figures.put("scaling.efficiency", rates.ratioOfRatios(2, 0, 3, 1));
    }
  }

  static void putShares(Figures figures, Ratio oneWorker, Ratio allCores) {
    figures.put("overhead.sha256.oneWorker", oneWorker);
    figures.put("overhead.sha256.allCores", allCores);
    figures.note(
        "overhead.sha256.… is the share of bare loops' calls a second that is kept: 1 is no overhead");
  }

  /** With the Reply, without Invocation and payload: the guest answers one and the same array. */
  private static double bytesPerInvocation() throws Exception {
    try (WorkerPool pool =
        WorkerPools.over(FakeGuests.empty()).workers(2).inboxCapacity(CAPACITY).build()) {
      Load load = Load.stream(pool, Invocation.of("echo", ""), COUNTED);
      for (int i = 0; i < EMPTY_WARM_UPS; i++) {
        load.run(); // until it is compiled it makes other garbage
      }
      long before = AllocatedBytes.now();
      load.run();
      return (double) (AllocatedBytes.now() - before) / COUNTED;
    }
  }

  /** Of one core, by all threads of a pool that has served and has nothing to do. */
  private static double idleCpuShare() throws Exception {
    int cores = Runtime.getRuntime().availableProcessors();
    try (WorkerPool pool = WorkerPools.over(FakeGuests.empty()).workers(cores).build()) {
      Load.stream(pool, Invocation.of("echo", ""), COUNTED).run();
      long idleMillis = Effort.of(IDLE_MILLIS / 2, IDLE_MILLIS, IDLE_MILLIS);
      Thread.sleep(idleMillis / 10); // the last of it may still be going on
      long before = poolCpuNanos();
      Thread.sleep(idleMillis);
      return (poolCpuNanos() - before) / (idleMillis * 1e6);
    }
  }

  private static long poolCpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(each -> each != null && each.getThreadName().startsWith("millrace-"))
        .mapToLong(each -> threads.getThreadCpuTime(each.getThreadId()))
        .sum();
  }
}
