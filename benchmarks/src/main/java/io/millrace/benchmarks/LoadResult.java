package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * What one load on a pool gave.
 *
 * @param completed calls that were answered with a reply
 * @param rejected calls that the pool refused since it had enough to do; in no histogram
 * @param failed calls that ended in another way than by a reply; in no histogram
 * @param nanos from the first call to the last reply
 * @param service nanoseconds that guests ran
 * @param sojourn nanoseconds from the moment that a call was meant to be sent to its reply
 * @param meanSentToReplyNanos from the moment that a call was sent to its answer or its refusal
 * @param utilisation share of the workers' time in which guests ran
 * @param meanWaiting calls in the pool's inbox, sampled
 * @param meanInSystem calls sent and not answered, sampled
 * @param allocatedBytes by all threads, for each call
 * @param collections of the garbage collectors
 * @param collectionMillis in all
 */
record LoadResult(
    long completed,
    long rejected,
    long failed,
    long nanos,
    Histogram service,
    Histogram sojourn,
    double meanSentToReplyNanos,
    double utilisation,
    double meanWaiting,
    double meanInSystem,
    double allocatedBytes,
    long collections,
    long collectionMillis) {

  /** How far Little's law may be off before a run cannot be trusted. */
  private static final double LITTLE_TOLERANCE = 0.05;

  /**
   * How far in a slice, of which a round has four: errors that have nothing to do with each other
   * are half as large in the sum of four.
   */
  private static final double SLICE_TOLERANCE = 2 * LITTLE_TOLERANCE;

  double perSecond() {
    return completed * 1e9 / nanos;
  }

  /**
   * How far the calls that were seen in the system are from what rate and time say, as a share: L =
   * lambda W holds for every system, so where it does not, something was measured wrongly.
   */
  double littleError() {
    double expected = expectedInSystem();
    return Math.abs(meanInSystem - expected) / expected;
  }

  /** The same of a run that was made of several loads. */
  static double littleError(List<LoadResult> parts) {
    double seen = parts.stream().mapToDouble(each -> each.meanInSystem * each.nanos).sum();
    double expected =
        parts.stream().mapToDouble(each -> each.expectedInSystem() * each.nanos).sum();
    return Math.abs(seen - expected) / expected;
  }

  /** Why runs cannot be trusted, if so, by how far Little's law is off in each: none may fail. */
  static Optional<String> doubt(double[] littleErrors) {
    return doubt(littleErrors, LITTLE_TOLERANCE);
  }

  /** The same of slices, each by itself. */
  static Optional<String> doubtOfSlices(double[] littleErrors) {
    return doubt(littleErrors, SLICE_TOLERANCE);
  }

  private static Optional<String> doubt(double[] littleErrors, double tolerance) {
    long off = Arrays.stream(littleErrors).filter(each -> !(each <= tolerance)).count();
    return off == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "Little's law is off by more than %.0f %% in %d of %d runs, by %.1f %% in the worst:"
                    + " use a quieter machine",
                100 * tolerance,
                off,
                littleErrors.length,
                100 * Arrays.stream(littleErrors).max().orElse(Double.NaN)));
  }

  /** Why the run cannot be trusted, if so. */
  Optional<String> doubt() {
    if (failed > 0) { // whoever fails does so faster than others answer
      return Optional.of(failed + " calls failed, none may");
    }
    double error = littleError();
    return error <= LITTLE_TOLERANCE
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "Little's law is off by %.1f %%, at most %.0f %% are wanted: %.2f calls were seen in"
                    + " the system, rate and time from sent to answered say %.2f",
                100 * error,
                100 * LITTLE_TOLERANCE,
                meanInSystem,
                expectedInSystem()));
  }

  /** Why a closed loop cannot be trusted, if so: there is room for all that it has under way. */
  Optional<String> closedDoubt() {
    return rejected == 0
        ? Optional.empty()
        : Optional.of(rejected + " calls of a closed loop were rejected, none may");
  }

  /** Lambda W, over all that was answered, if only by a refusal. */
  private double expectedInSystem() {
    return (completed + rejected + failed) / (double) nanos * meanSentToReplyNanos;
  }
}
