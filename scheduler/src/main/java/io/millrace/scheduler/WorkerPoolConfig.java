package io.millrace.scheduler;

import java.time.Duration;

/**
 * How a pool is laid out.
 *
 * @param workers threads, each with a guest of its own; 1 to {@link #HIGHEST_WORKERS}
 * @param inboxCapacity invocations that may wait in the whole pool, exactly; 1 to {@link
 *     #HIGHEST_CAPACITY}
 * @param drainTimeout how long {@code close()} waits for accepted work; 0 terminates at once
 */
public record WorkerPoolConfig(int workers, int inboxCapacity, Duration drainTimeout) {

  /** The most workers of one pool. */
  public static final int HIGHEST_WORKERS = 1024;

  /** The most invocations that one pool lets wait. */
  public static final int HIGHEST_CAPACITY = 1 << 20;

  /** One worker per core, 1024 waiting, 30 seconds to drain. */
  public static final WorkerPoolConfig DEFAULT =
      new WorkerPoolConfig(
          Math.min(HIGHEST_WORKERS, Runtime.getRuntime().availableProcessors()),
          1024,
          Duration.ofSeconds(30));

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException naming the figure and its limit
   */
  public WorkerPoolConfig {
    check("workers", workers, HIGHEST_WORKERS);
    check("inboxCapacity", inboxCapacity, HIGHEST_CAPACITY);
    if (drainTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "drainTimeout is " + drainTimeout + ": it must be zero or more");
    }
  }

  private static void check(String name, int value, int highest) {
    if (value < 1 || value > highest) {
      throw new IllegalArgumentException(name + " is " + value + ": it must lie in 1.." + highest);
    }
  }
}
