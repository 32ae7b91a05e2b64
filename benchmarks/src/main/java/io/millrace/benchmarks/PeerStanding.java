package io.millrace.benchmarks;

import io.millrace.benchmarks.ReportData.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How we stand to one peer with one kind of call.
 *
 * @param peer who
 * @param call which call
 * @param rate our calls a second by theirs
 * @param p99 our 99th percentile by theirs: below 1 we are ahead
 */
record PeerStanding(PeerKind peer, PeerCall call, Verdict rate, Verdict p99) {

  /**
   * What can be said of a ratio.
   *
   * @param ratio the median; not a number where it was not measured
   * @param standing what the pairs say
   * @param certain whether the ratio's size can be relied upon
   */
  record Verdict(double ratio, Standing standing, boolean certain) {

    /** Whoever seems to be ahead of the limit is not: chance may have it, or a disturbance. */
    private static Verdict ofShare(ReportData data, String name) {
      Verdict seen = of(data, name, true);
      return seen.standing == Standing.AHEAD
          ? new Verdict(seen.ratio, Standing.OPEN, seen.certain)
          : seen;
    }

    private static Verdict of(ReportData data, String name, boolean isHigherBetter) {
      return new Verdict(
          data.figure("peers", name).orElse(Double.NaN),
          data.standing("peers", name, isHigherBetter),
          !data.isUncertain("peers", name));
    }

    /** As it is told to readers. */
    String words() {
      if (!Double.isFinite(ratio)) {
        return "";
      }
      String word = standing.name().toLowerCase(Locale.ROOT);
      return certain || standing == Standing.OPEN ? word : word + ", uncertain";
    }
  }

  /** Of all peers that were measured, the limits included. */
  static List<PeerStanding> all(ReportData data) {
    List<PeerStanding> all = new ArrayList<>();
    for (PeerCall call : PeerCall.values()) {
      for (PeerKind peer : PeerKind.values()) {
        String name = call.word() + "." + PeerRounds.standing(peer);
        if (data.figure("peers", name).isPresent()) {
          String p99 = call.word() + ".vs." + peer.word() + ".p99Ratio";
          Verdict rate =
              peer == PeerKind.RAW_LOOPS
                  ? Verdict.ofShare(data, name)
                  : Verdict.of(data, name, true);
          all.add(new PeerStanding(peer, call, rate, Verdict.of(data, p99, false)));
        }
      }
    }
    return all;
  }
}
