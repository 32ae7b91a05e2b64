package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Ratios of pairs that were measured in turn, and whether their median can be trusted: there are at
 * least five, and half of them lie within a fifth of the median. A ratio that scatters more widely
 * still tells who is ahead, as long as half of the pairs and more lie on one side of 1.
 *
 * @see Figures#putStanding
 */
final class Ratio {

  static final int FEWEST_PAIRS = 5;
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
    return lowerQuartile() > 1;
  }

  boolean isBelowOne() {
    return upperQuartile() < 1;
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
