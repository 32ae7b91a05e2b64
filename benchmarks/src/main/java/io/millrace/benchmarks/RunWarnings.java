package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a reader has to know of a run as a whole before believing its figures. */
final class RunWarnings {

  /** Runnable threads by cores, in the minute before: more, and somebody else was at work. */
  private static final double MOST_LOAD = 0.5;

  /** What --quick promises for all profiles. */
  private static final double MOST_QUICK_SECONDS = 180;

  private static final double MOST_STOLEN = 0.01;
  private static final String HUGE_METHODS = "-XX:-DontCompileHugeMethods";

  private RunWarnings() {}

  /**
   * In the order of their weight.
   *
   * @param seconds that all profiles took together
   */
  static List<String> of(
      MachineFacts machine,
      Optional<CpuTimes> before,
      Optional<CpuTimes> after,
      String commit,
      double seconds) {
    List<String> all = new ArrayList<>();
    double load = machine.loadBefore() / machine.cores();
    if (load > MOST_LOAD) {
      all.add(
          text(
              "the machine was not quiet before the run: a load of %.2f on %d cores, at most %.1f"
                  + " for each is wanted",
              machine.loadBefore(), machine.cores(), MOST_LOAD));
    }
    if (before.isPresent() && after.isPresent()) {
      double stolen = after.get().stolenShareSince(before.get());
      if (stolen > MOST_STOLEN) {
        all.add(
            text(
                "%.1f %% of the processors' time was stolen by other guests of the same host, at"
                    + " most %.0f %% are wanted",
                100 * stolen, 100 * MOST_STOLEN));
      }
    }
    if (!machine.governor().isEmpty() && !machine.governor().equals("performance")) {
      all.add(
          "the processors' governor is "
              + machine.governor()
              + ", with which their speed wanders: performance is wanted");
    }
    if (!machine.flags().contains(HUGE_METHODS)) {
      all.add("without " + HUGE_METHODS + " the JIT leaves large guest functions interpreted");
    }
    if (Effort.chosen() == Effort.QUICK) {
      all.add(
          text(
              "a quick run: as few as %d pairs for a ratio, short rounds, and some figures left out",
              Ratio.FEWEST_PAIRS));
      if (seconds > MOST_QUICK_SECONDS) {
        all.add(
            text(
                "a quick run took %.0f s, at most %.0f s are wanted: a slow machine, or a busy one",
                seconds, MOST_QUICK_SECONDS));
      }
    }
    if (commit.endsWith("-dirty")) {
      all.add("it was built from files that are in no commit: " + commit);
    }
    return all;
  }

  private static String text(String format, Object... args) {
    return String.format(Locale.ROOT, format, args);
  }
}
