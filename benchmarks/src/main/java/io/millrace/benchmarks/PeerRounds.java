package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Measures one kind of call with all peers, in turn and in an order that is drawn for each turn:
 * rounds for the rate, then rounds in which each call is timed. That all had as many calls under
 * way is not taken for granted: by Little's law it is told from rate and times.
 */
final class PeerRounds {

  private final PeerCall call;
  private final List<PeerSeries> all = new ArrayList<>();

  /**
   * How long each part takes.
   *
   * @param rounds for the rate
   * @param timedRounds for the times
   * @param inFlight calls under way at a time, on average
   * @param slices of a round, in which all take turns: a machine gets slower and faster within a
   *     second, and thereby does so for all of a round. A power of two
   * @param warmUpMillis of a pass over all peers. Whoever has the most code is compiled last, and
   *     the compiler's threads take the processors from those that are measured meanwhile
   */
  record Plan(
      int rounds,
      int timedRounds,
      int inFlight,
      long roundMillis,
      int slices,
      int warmUpPasses,
      long warmUpMillis) {}

  private PeerRounds(PeerCall call) {
    this.call = call;
  }

  /** Warms all peers up and measures them. */
  static PeerRounds measure(Map<PeerKind, Peer> peers, PeerCall call, Plan plan) {
    PeerRounds rounds = new PeerRounds(call);
    peers.forEach((kind, peer) -> rounds.all.add(new PeerSeries(kind, peer, call, plan)));
    for (int pass = 0; pass < plan.warmUpPasses; pass++) {
      rounds.all.forEach(PeerSeries::warmUp);
    }
    rounds.all.forEach(PeerSeries::settle);
    Turns turns = new Turns(rounds.all.size());
    for (int round = 0; round < plan.rounds; round++) {
      for (int slice = 0; slice < plan.slices; slice++) {
        for (int turn : turns.next()) {
          rounds.all.get(turn).slice(round, slice);
        }
      }
    }
    for (int round = 0; round < plan.timedRounds; round++) {
      for (int slice = 0; slice < plan.slices; slice++) {
        for (int turn : turns.next()) {
          rounds.all.get(turn).timedSlice(round, slice);
        }
      }
    }
    return rounds;
  }

  void put(Figures figures) {
    all.forEach(each -> each.put(figures));
    Optional<PeerSeries> ours =
        all.stream().filter(each -> each.kind() == PeerKind.MILLRACE).findFirst();
    if (ours.isPresent() && ours.get().isWhole()) {
      all.stream()
          .filter(each -> each.isWhole() && !each.kind().isOwn())
          .forEach(each -> against(figures, ours.get(), each));
    }
  }

  /** At a round's end there is nothing left to send: then they become fewer, one by one. */
  static double expectedInFlight(int most, int calls) {
    return most * (1 - most / (2.0 * calls));
  }

  private void against(Figures figures, PeerSeries ours, PeerSeries theirs) {
    PeerKind kind = theirs.kind();
    Ratio rates = quotients(ours.perSecond(), theirs.perSecond());
    String name = call.word() + "." + standing(kind);
    if (kind == PeerKind.LOCK) { // a limit by an unfair lock, whose threads come in bursts
      figures.putScattered(name, rates);
    } else {
      figures.putStanding(name, rates);
    }
    if (kind == PeerKind.RAW_LOOPS) { // their times are none: one call under way for each thread
      passed(rates).ifPresent(why -> figures.uncertain(name, why));
    } else {
      String p99 = call.word() + ".vs." + kind.word() + ".p99Ratio";
      figures.putScattered(p99, p99Ratio(ours, theirs));
      theirs.unequal().ifPresent(why -> figures.uncertain(p99, why));
    }
  }

  /**
   * Why a share of the limit is not to be relied upon, if so. Nothing is faster than the limit, so
   * a pair above 1 is noise. Were the share just 1, half of the pairs would be above it; where
   * there are more than that by chance, something has disturbed the limit's rounds and not ours.
   */
  static Optional<String> passed(Ratio share) {
    return share.isAboveOne()
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "%d of %d pairs are above 1, which is more than chance has: nothing can be faster"
                    + " than the limit, so that was disturbed",
                Arrays.stream(share.pairs()).filter(pair -> pair > 1).count(),
                share.pairs().length))
        : Optional.empty();
  }

  /** The name of our rate by that peer's. */
  static String standing(PeerKind kind) {
    return kind == PeerKind.RAW_LOOPS ? "limitShare" : "vs." + kind.word();
  }

  private static Ratio p99Ratio(PeerSeries ours, PeerSeries theirs) {
    Optional<double[]> own = ours.p99OfSlices();
    Optional<double[]> others = theirs.p99OfSlices();
    return own.isPresent() && others.isPresent()
        ? quotients(own.get(), others.get())
        : quotients(ours.p99Micros(), theirs.p99Micros());
  }

  private static Ratio quotients(double[] ours, double[] theirs) {
    double[] quotients = new double[ours.length];
    Arrays.setAll(quotients, i -> ours[i] / theirs[i]);
    return new Ratio(quotients);
  }
}
