package io.millrace.benchmarks;

import io.millrace.benchmarks.ReportData.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How we stand to one peer with one kind of call.
 *
 * @param peer who
 * @param call which call
 * @param rate our calls a second by theirs
 * @param rateStanding what the pairs say of that
 * @param p99 our 99th percentile by theirs: below 1 we are ahead
 */
record PeerStanding(
    PeerKind peer, PeerCall call, double rate, Standing rateStanding, OptionalDouble p99) {

  /** Of all peers that were measured, the limits included. */
  static List<PeerStanding> all(ReportData data) {
    List<PeerStanding> all = new ArrayList<>();
    for (PeerCall call : PeerCall.values()) {
      for (PeerKind peer : PeerKind.values()) {
        String word = call.word();
        String name =
            peer == PeerKind.RAW_LOOPS ? word + ".limitShare" : word + ".vs." + peer.word();
        OptionalDouble rate = data.figure("peers", name);
        if (rate.isPresent()) {
          all.add(
              new PeerStanding(
                  peer,
                  call,
                  rate.getAsDouble(),
                  data.standing("peers", name),
                  p99(data, call, peer)));
        }
      }
    }
    return all;
  }

  private static OptionalDouble p99(ReportData data, PeerCall call, PeerKind peer) {
    OptionalDouble ours =
        data.figure("peers", call.word() + "." + PeerKind.MILLRACE.word() + ".p99Micros");
    OptionalDouble theirs = data.figure("peers", call.word() + "." + peer.word() + ".p99Micros");
    return ours.isPresent() && theirs.isPresent()
        ? OptionalDouble.of(ours.getAsDouble() / theirs.getAsDouble())
        : OptionalDouble.empty();
  }

  /** A percentile of five runs scatters: within a tenth nobody is ahead. */
  Standing p99Standing() {
    if (p99.isEmpty()) {
      return Standing.UNKNOWN;
    }
    double ratio = p99.getAsDouble();
    return ratio < 0.9 ? Standing.AHEAD : ratio > 1.1 ? Standing.BEHIND : Standing.EVEN;
  }
}
