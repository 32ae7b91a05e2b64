package io.millrace.scheduler;

/**
 * What a worker does before it sleeps for want of work. To wake a thread takes some 50 us; to look
 * again and again takes a core. Each of them ends in sleep, so an idle pool costs nothing.
 *
 * @param spins looks at its queues, some 50 ns each; 0 to {@link #MOST}
 * @param yields looks with the core offered to others in between; 0 to {@link #MOST}
 */
public record IdleStrategy(int spins, int yields) {

  /** The highest value of both. */
  public static final int MOST = 1_000_000;

  /** Sleeps at once. */
  public static final IdleStrategy PARK = new IdleStrategy(0, 0);

  /** Looks for some microseconds, and offers its core. */
  public static final IdleStrategy YIELD = new IdleStrategy(100, 50);

  /** Looks for about a millisecond. For a machine with cores to spare. */
  public static final IdleStrategy SPIN = new IdleStrategy(20_000, 0);

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException naming the figure and its limit
   */
  public IdleStrategy {
    check("spins", spins);
    check("yields", yields);
  }

  /** By cores: one has nobody to wait for, up to four are dear, more can be spent for a moment. */
  public static IdleStrategy forCores(int cores) {
    if (cores == 1) {
      return PARK;
    }
    return cores <= 4 ? new IdleStrategy(200, 0) : new IdleStrategy(2_000, 0);
  }

  private static void check(String name, int value) {
    if (value < 0 || value > MOST) {
      throw new IllegalArgumentException(name + " is " + value + ": it must lie in 0.." + MOST);
    }
  }
}
