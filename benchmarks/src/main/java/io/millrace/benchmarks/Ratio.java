package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.math3.stat.inference.AlternativeHypothesis;
import org.apache.commons.math3.stat.inference.BinomialTest;

/**
 * Ratios of pairs that were measured in turn, and whether their median can be trusted: there are at
 * least five, and half of them lie within a fifth of the median.
 *
 * <p>A ratio that scatters more widely still tells who is ahead, by a sign test over the pairs:
 * were nobody ahead, each pair would fall on either side of 1 like a coin, so whoever has so many
 * of them that a coin would do it in at most 5 % of all runs is ahead with a confidence of 95 %.
 * That is 5 of 5 pairs, 7 of 8, 9 of 10, 15 of 21. It asks for nothing of how pairs are
 * distributed, so stalls do it no harm; that they are independent is what the drawn order of turns
 * is for. (That both quartiles lie on one side, as it once was, is 4 of 5 pairs: a coin does that
 * in 19 % of all runs.)
 *
 * @see Figures#putStanding
 */
final class Ratio {

  static final int FEWEST_PAIRS = 5;
  static final double CONFIDENCE = 0.95;
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

  /** Half of all pairs lie within this share of the median. */
  double spread() {
    return (upperQuartile() - lowerQuartile()) / median();
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
            <= 1 - CONFIDENCE;
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
              "half of the pairs spread over %.0f %% of their median, at most %.0f %% are wanted:"
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
