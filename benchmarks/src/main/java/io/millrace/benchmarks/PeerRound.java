package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.StringJoiner;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * What one run of a peer gave, or several together.
 *
 * @param nanos that it took in all
 * @param failed calls that ended otherwise than by a reply
 * @param sojourns nanoseconds of each call; empty where they were not timed
 */
record PeerRound(long nanos, long failed, Histogram sojourns) {

  private static final int FIRST_TIME = 2;

  static PeerRound of(long nanos, long failed, Histogram... sojourns) {
    Histogram all = Peer.histogram();
    Arrays.stream(sojourns).forEach(all::add);
    return new PeerRound(nanos, failed, all);
  }

  /** Both one after the other, as one. */
  PeerRound and(PeerRound other) {
    return of(nanos + other.nanos, failed + other.failed, sojourns, other.sojourns);
  }

  double micros(double percentile) {
    return sojourns.getValueAtPercentile(percentile) / 1e3;
  }

  /** Calls that were under way on average, by Little's law. */
  double inFlight() {
    return sojourns.getMean() * sojourns.getTotalCount() / nanos;
  }

  /** As a peer's process says it: {@code NANOS FAILED TIME:CALLS TIME:CALLS ...}. */
  String line() {
    StringJoiner line = new StringJoiner(" ");
    line.add(Long.toString(nanos)).add(Long.toString(failed));
    for (HistogramIterationValue each : sojourns.recordedValues()) {
      line.add(each.getValueIteratedTo() + ":" + each.getCountAddedInThisIterationStep());
    }
    return line.toString();
  }

  /**
   * The other way round.
   *
   * @throws IllegalArgumentException for a line that is none
   */
  static PeerRound parse(String line) {
    String[] words = line.split(" ", -1);
    if (words.length < FIRST_TIME) {
      throw new IllegalArgumentException("no round: " + line);
    }
    Histogram sojourns = Peer.histogram();
    for (int i = FIRST_TIME; i < words.length; i++) {
      int colon = words[i].indexOf(':');
      sojourns.recordValueWithCount(
          Math.min(Peer.HIGHEST_NANOS, Long.parseLong(words[i].substring(0, Math.max(0, colon)))),
          Long.parseLong(words[i].substring(colon + 1)));
    }
    return new PeerRound(Long.parseLong(words[0]), Long.parseLong(words[1]), sojourns);
  }
}
