package io.millrace.benchmarks;

/**
 * How long profiles may take: shorter runs measure for a shorter time, and leave out what that time
 * is not enough for, but are not less careful. Chosen once for the process, by the command.
 */
enum Effort {
  /** All profiles together within three minutes. */
  QUICK,
  /** Each profile within one minute, but for {@code peers}: four. */
  NORMAL,
  /** As long as it takes. */
  FULL;

  private static volatile Effort chosen = NORMAL;

  static void choose(Effort effort) {
    chosen = effort;
  }

  static Effort chosen() {
    return chosen;
  }

  /** The number that goes with the effort chosen. */
  static int of(int quick, int normal, int full) {
    return switch (chosen) {
      case QUICK -> quick;
      case NORMAL -> normal;
      case FULL -> full;
    };
  }

  /**
   * Rounds of pairs: in a quick run no more than a ratio has to have. A few long rounds scatter
   * less than many short ones.
   */
  static int rounds(int normal) {
    return of(Math.min(normal, Ratio.FEWEST_PAIRS), normal, 2 * normal);
  }

  /** Time or number of what is done in a round, or before. */
  static int share(int normal) {
    return of(Math.max(1, normal / 4), normal, normal);
  }
}
