package io.millrace.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * Whether a figure changed from one run to another, as far as the noise lets one say.
 *
 * @param name profile and figure
 * @param before median of the old run
 * @param after median of the new run
 * @param verdict what can be said
 */
record Comparison(String name, double before, double after, Verdict verdict) {

  /** Below this many values an interval says nothing. */
  private static final int FEWEST = 5;

  /** A change that nobody would act on. */
  private static final double SMALLEST_CHANGE = 0.03;

  /** Names of figures that are the better the lower they are, by how they end. */
  private static final List<String> LOWER_IS_BETTER =
      List.of(
          "micros",
          "nanos",
          "millis",
          "mib",
          "bytes",
          "error",
          "length",
          "rejectedshare",
          "percent",
          "ratio");

  enum Verdict {
    BETTER,
    WORSE,
    SAME,
    /** Too few values on one side. */
    UNCLEAR
  }

  /** Compares the values that two medians were taken of. */
  static Comparison of(String name, double[] before, double[] after) {
    Interval old = Interval.of(before);
    Interval now = Interval.of(after);
    return new Comparison(name, old.median, now.median, verdict(name, before, after, old, now));
  }

  private static Verdict verdict(
      String name, double[] before, double[] after, Interval old, Interval now) {
    if (before.length < FEWEST || after.length < FEWEST) {
      return Verdict.UNCLEAR;
    }
    boolean apart = old.high < now.low || now.high < old.low;
    boolean small = Math.abs(now.median - old.median) <= SMALLEST_CHANGE * Math.abs(old.median);
    if (!apart || small) {
      return Verdict.SAME;
    }
    return (now.median < old.median) == isLowerBetter(name) ? Verdict.BETTER : Verdict.WORSE;
  }

  static boolean isLowerBetter(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return LOWER_IS_BETTER.stream().anyMatch(lower::endsWith);
  }

  /** New by old. */
  double factor() {
    return after / before;
  }

  /** A median, and where the true one lies with 95 per cent, as McGill's notches have it. */
  private record Interval(double low, double median, double high) {

    static Interval of(double[] values) {
      Ratio all = new Ratio(values);
      double half =
          1.57
              * (all.upperQuartile() - all.lowerQuartile())
              / Math.sqrt(Math.max(1, values.length));
      return new Interval(all.median() - half, all.median(), all.median() + half);
    }
  }
}
