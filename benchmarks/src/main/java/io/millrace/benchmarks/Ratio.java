package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.math3.stat.inference.AlternativeHypothesis;
import org.apache.commons.math3.stat.inference.BinomialTest;

/**
 * Ratios of pairs that were measured in turn, and whether their median can be trusted: there are at
 * least six, and the middle half of them spans at most a fifth of the median.
 *
 * <p>A ratio that scatters more widely still tells who is ahead, by a sign test over the pairs:
 * were nobody ahead, each pair would fall on either side of 1 like a coin. So somebody is ahead who
 * has so many of them that a coin would do it in at most 2.5 % of all runs. Either side may be
 * ahead, so a run of two that are even says something else in at most 5 %: a confidence of 95 %.
 * That is 6 of 6 pairs, 8 of 9, 9 of 10, 16 of 21. It asks for nothing of how pairs are
 * distributed, so stalls do it no harm; that they are independent is what the drawn order of turns
 * is for. (That both quartiles lie on one side, as it once was, is 4 of 5 pairs: a coin does that
 * on one of both sides in 38 % of all runs.)
 *
 * @see Figures#putStanding
 */
final class Ratio {

  /** Of five pairs not even all on one side would be more than chance. */
  static final int FEWEST_PAIRS = 6;

  /** On each side. */
  private static final double CHANCE = 0.025;

  private static final double WIDEST_SPREAD = 0.20;

  private final double[] sorted;

  Ratio(double[] ratios) {
    sorted = ratios.clone();
    Arrays.sort(sorted);
  }

  static double median(double[] values) {
    return new Ratio(values).median();
  }

  /** The same pairs in another unit. */
  Ratio times(double factor) {
    return new Ratio(Arrays.stream(sorted).map(each -> each * factor).toArray());
  }

  double median() {
    return at(0.5);
  }

  /** All of them, from the least to the greatest. */
  double[] pairs() {
    return sorted.clone();
  }

  double lowerQuartile() {
    return at(0.25);
  }

  double upperQuartile() {
    return at(0.75);
  }

  /** What the middle half of all pairs spans, as a share of the median. */
  double spread() {
    return (upperQuartile() - lowerQuartile()) / Math.abs(median());
  }

  boolean isAboveOne() {
    return isMoreThanChance(Arrays.stream(sorted).filter(each -> each > 1).count());
  }

  boolean isBelowOne() {
    return isMoreThanChance(Arrays.stream(sorted).filter(each -> each < 1).count());
  }

  private boolean isMoreThanChance(long pairs) {
    return sorted.length > 0
        && new BinomialTest()
                .binomialTest(sorted.length, (int) pairs, 0.5, AlternativeHypothesis.GREATER_THAN)
            <= CHANCE;
  }

  /** Between which pairs the true median lies with a confidence of 95 %, by the same test. */
  Interval interval() {
    int outside = 0; // pairs on each side that even chance leaves outside
    while (2 * (outside + 1) < sorted.length && isMoreThanChance(sorted.length - outside - 1)) {
      outside++;
    }
    return new Interval(sorted[outside], median(), sorted[sorted.length - 1 - outside]);
  }

  /** Where a median lies. */
  record Interval(double low, double median, double high) {

    /** Whether nothing lies in both. */
    boolean isApartFrom(Interval other) {
      return high < other.low || other.high < low;
    }
  }

  /** Whether there are too few pairs to say anything. */
  boolean isTooFew() {
    return sorted.length < FEWEST_PAIRS;
  }

  /** Why the median says little, if so. */
  Optional<String> doubt() {
    if (isTooFew()) {
      return Optional.of(sorted.length + " pairs, at least " + FEWEST_PAIRS + " are wanted");
    }
    if (!(spread() <= WIDEST_SPREAD)) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "the middle half of the pairs spans %.0f %% of their median, at most %.0f %% are wanted:"
                  + " use a quieter machine",
              100 * spread(),
              100 * WIDEST_SPREAD));
    }
    return Optional.empty();
  }

  /** Between the two values nearest to that share of all. */
  private double at(double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
