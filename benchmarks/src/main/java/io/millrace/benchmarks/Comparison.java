package io.millrace.benchmarks;

import java.util.Locale;

/**
 * Whether a figure changed from one run to another, as far as the noise lets one say. A count of
 * what ought not to be (calls that were not answered, neighbours that were hit) has no noise: more
 * of them is worse, whatever their number.
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

  enum Verdict {
    BETTER,
    WORSE,
    SAME,
    /** A single number on one side, around which there is no interval, or one that is no merit. */
    NO_VERDICT;

    /** As it is told to readers. */
    String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** Compares the values that two medians were taken of. */
  static Comparison of(String name, double[] before, double[] after) {
    Interval old = Interval.of(before);
    Interval now = Interval.of(after);
    return new Comparison(name, old.median, now.median, verdict(name, before, after, old, now));
  }

  private static Verdict verdict(
      String name, double[] before, double[] after, Interval old, Interval now) {
    FigureMeaning meaning = FigureMeaning.of(name);
    if (meaning == FigureMeaning.COUNT) {
      return old.median == now.median
          ? Verdict.SAME
          : now.median < old.median ? Verdict.BETTER : Verdict.WORSE;
    }
    boolean single = before.length < FEWEST || after.length < FEWEST;
    if (single || meaning == FigureMeaning.NEITHER) {
      return Verdict.NO_VERDICT;
    }
    boolean apart = old.high < now.low || now.high < old.low;
    boolean small = Math.abs(now.median - old.median) <= SMALLEST_CHANGE * Math.abs(old.median);
    if (!apart || small) {
      return Verdict.SAME;
    }
    boolean lowerIsBetter = meaning == FigureMeaning.LOWER_IS_BETTER;
    return now.median < old.median == lowerIsBetter ? Verdict.BETTER : Verdict.WORSE;
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
