package io.millrace.benchmarks;

import io.millrace.benchmarks.Ratio.Interval;
import java.util.List;

/**
 * Whether a figure changed from one run to another, as far as one can say. Only a ratio is judged,
 * since both of its sides ran in the same JVM and in turn: a rate or a time by itself differs from
 * one JVM's start to the next by a fifth, as the JIT and the machine please. A count of what ought
 * not to be (calls that were not answered, neighbours that were hit) has no noise: more of them is
 * worse, whatever their number.
 *
 * @param name profile and figure
 * @param before the old run's median, and where the true one lies
 * @param after the same of the new run
 * @param verdict what can be said
 */
record Comparison(String name, Interval before, Interval after, Verdict verdict) {

  /** A change that nobody would act on. */
  private static final double SMALLEST_CHANGE = 0.03;

  enum Verdict {
    BETTER("better"),
    WORSE("worse"),
    /** One of both runs says that the figure's size is not to be relied upon. */
    UNCERTAIN("uncertain"),
    SAME("no change seen"),
    /** A ratio of too few pairs, or one that is no merit. */
    NO_VERDICT("no verdict"),
    /** No ratio. */
    NOT_JUDGED("another JVM's start: not judged");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    /** As it is told to readers. */
    String words() {
      return words;
    }
  }

  /**
   * A figure of one run.
   *
   * @param values that its median was taken of
   * @param isRatio whether they are ratios of pairs
   * @param isUncertain whether its size is not to be relied upon
   */
  record Side(List<Double> values, boolean isRatio, boolean isUncertain) {

    private Ratio ratio() {
      return new Ratio(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }

  /** Compares a figure of two runs. */
  static Comparison of(String name, Side before, Side after) {
    Interval old = before.ratio().interval();
    Interval now = after.ratio().interval();
    return new Comparison(name, old, now, verdict(name, before, after, old, now));
  }

  private static Verdict verdict(String name, Side before, Side after, Interval old, Interval now) {
    FigureMeaning meaning = FigureMeaning.of(name);
    if (meaning == FigureMeaning.COUNT) {
      return old.median() == now.median()
          ? Verdict.SAME
          : now.median() < old.median() ? Verdict.BETTER : Verdict.WORSE;
    }
    if (!before.isRatio || !after.isRatio) {
      return Verdict.NOT_JUDGED;
    }
    boolean few = before.ratio().isTooFew() || after.ratio().isTooFew();
    if (few || meaning == FigureMeaning.NEITHER) {
      return Verdict.NO_VERDICT;
    }
    if (before.isUncertain || after.isUncertain) {
      return Verdict.UNCERTAIN;
    }
    double change = Math.abs(now.median() - old.median());
    if (!old.isApartFrom(now) || change <= SMALLEST_CHANGE * Math.abs(old.median())) {
      return Verdict.SAME;
    }
    boolean lowerIsBetter = meaning == FigureMeaning.LOWER_IS_BETTER;
    return now.median() < old.median() == lowerIsBetter ? Verdict.BETTER : Verdict.WORSE;
  }
}
