package io.millrace.scheduler;

import io.millrace.pipeline.WorkerPoolRecorder;
import java.time.Duration;
import java.util.Map;

/**
 * How a pool is laid out.
 *
 * @param minWorkers workers that stay once they were started; 0 to {@code maxWorkers}
 * @param maxWorkers threads, each with a guest of its own; 1 to {@link #HIGHEST_WORKERS}
 * @param inboxCapacity invocations that may wait in the whole pool, exactly; 1 to {@link
 *     #HIGHEST_CAPACITY}. Once several tenants have come, none gets more by {@code invoke} and
 *     {@code claim} than seven times what is free, whatever its weight; streams together leave an
 *     eighth to what comes by itself. Of fewer than 8 places there are no parts. With {@link
 *     Overflow#DROP_OLDEST} whoever has most pays instead
 * @param sizing who decides how many workers there are between {@code minWorkers} and {@code
 *     maxWorkers}
 * @param keepAlive how long a worker beyond {@code minWorkers} has nothing to do before it ends
 * @param drainTimeout how long {@code close()} waits for accepted work; 0 terminates at once
 * @param grace how long a guest that was told to stop may go on before its thread is given up and
 *     replaced
 * @param mostAbandoned threads given up that still run; with one more the pool closes itself
 * @param dispatch which worker runs what
 * @param overflow what happens when {@code inboxCapacity} others wait
 * @param idle what workers do before they sleep
 * @param recorder who is told of all that happens
 * @param tenantWeights shares of tenants; 1 for those not named here. A tenant of weight 2 gets
 *     twice the time of one of weight 1 while both have work waiting
 */
public record WorkerPoolConfig(
    int minWorkers,
    int maxWorkers,
    int inboxCapacity,
    Sizing sizing,
    Duration keepAlive,
    Duration drainTimeout,
    Duration grace,
    int mostAbandoned,
    DispatchPolicy dispatch,
    Overflow overflow,
    IdleStrategy idle,
    WorkerPoolRecorder recorder,
    Map<String, Integer> tenantWeights) {

  /** The most workers of one pool. */
  public static final int HIGHEST_WORKERS = 1024;

  /** The most invocations that one pool lets wait. */
  public static final int HIGHEST_CAPACITY = 1 << 20;

  /** The heaviest tenant. */
  public static final int HIGHEST_WEIGHT = 1_000;

  /** One worker per core, 1024 waiting, 60 s to keep alive, 30 s to drain, 250 ms of grace. */
  public static final WorkerPoolConfig DEFAULT =
      defaults(Runtime.getRuntime().availableProcessors());

  private static WorkerPoolConfig defaults(int cores) {
    int workers = Math.min(HIGHEST_WORKERS, cores);
    return new WorkerPoolConfig(
        workers,
        workers,
        1024,
        Sizing.BY_BACKLOG,
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        Duration.ofMillis(250),
        8,
        DispatchPolicy.ANY_FREE,
        Overflow.WAIT,
        IdleStrategy.forCores(cores),
        WorkerPoolRecorder.NONE,
        Map.of());
  }

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException naming the figure and its limit
   */
  public WorkerPoolConfig {
    check("workers", maxWorkers, 1, HIGHEST_WORKERS);
    check("minWorkers", minWorkers, 0, maxWorkers);
    check("inboxCapacity", inboxCapacity, 1, HIGHEST_CAPACITY);
    check("mostAbandoned", mostAbandoned, 0, HIGHEST_WORKERS);
    check("keepAlive", keepAlive);
    check("drainTimeout", drainTimeout);
    check("grace", grace);
    tenantWeights = Map.copyOf(tenantWeights);
    tenantWeights.forEach(
        (tenant, weight) -> check("the weight of " + tenant, weight, 1, HIGHEST_WEIGHT));
  }

  long keepAliveNanos() {
    return nanos(keepAlive);
  }

  long drainTimeoutNanos() {
    return nanos(drainTimeout);
  }

  long graceNanos() {
    return nanos(grace);
  }

  /** At most a century, which nanoseconds can be added to. */
  private static long nanos(Duration duration) {
    Duration century = Duration.ofDays(36_500);
    return (duration.compareTo(century) < 0 ? duration : century).toNanos();
  }

  private static void check(String name, int value, int lowest, int highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          name + " is " + value + ": it must lie in " + lowest + ".." + highest);
    }
  }

  private static void check(String name, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(name + " is " + duration + ": it must be zero or more");
    }
  }
}
