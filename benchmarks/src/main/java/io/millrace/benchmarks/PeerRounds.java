package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures one kind of call with all peers, in turn and in an order that rotates: rounds for the
 * rate, then rounds in which each call is timed. That all had as many calls under way is not taken
 * for granted: by Little's law it is told from rate and times.
 */
final class PeerRounds {

  /** As in {@link Rates}: all take turns within a round, too. */
  private static final int SLICES = 4;

  /** Whoever asks for more in batches, as we do, has somewhat less under way on average. */
  private static final double IN_FLIGHT_TOLERANCE = 0.3;

  private final PeerCall call;
  private final Plan plan;
  private final Map<PeerKind, Series> all = new EnumMap<>(PeerKind.class);

  /**
   * How long each part takes.
   *
   * @param rounds for the rate
   * @param timedRounds for the times
   */
  record Plan(int rounds, int timedRounds, int inFlight, long roundMillis, long warmUpMillis) {}

  /** What one peer's rounds gave. */
  private static final class Series {

    private final Peer peer;
    private final int callsOfRound;
    private final long[] calls;
    private final long[] nanos;
    private final double[] p50Micros;
    private final double[] p99Micros;
    private final double[] inFlight;

    Series(Peer peer, int calls, Plan plan) {
      this.peer = peer;
      callsOfRound = calls;
      this.calls = new long[plan.rounds];
      nanos = new long[plan.rounds];
      p50Micros = new double[plan.timedRounds];
      p99Micros = new double[plan.timedRounds];
      inFlight = new double[plan.timedRounds];
    }

    double[] perSecond() {
      double[] perSecond = new double[nanos.length];
      Arrays.setAll(perSecond, round -> calls[round] * 1e9 / nanos[round]);
      return perSecond;
    }
  }

  private PeerRounds(PeerCall call, Plan plan) {
    this.call = call;
    this.plan = plan;
  }

  /** Warms all peers up and measures them. */
  static PeerRounds measure(Map<PeerKind, Peer> peers, PeerCall call, Plan plan) throws Exception {
    PeerRounds rounds = new PeerRounds(call, plan);
    for (Map.Entry<PeerKind, Peer> each : peers.entrySet()) {
      int calls = rounds.warmUp(each.getValue());
      rounds.all.put(each.getKey(), new Series(each.getValue(), calls, plan));
    }
    Series[] series = rounds.all.values().toArray(Series[]::new);
    for (int slice = 0; slice < plan.rounds * SLICES; slice++) {
      for (int i = 0; i < series.length; i++) {
        rounds.slice(series[(i + slice) % series.length], slice / SLICES);
      }
    }
    for (int round = 0; round < plan.timedRounds; round++) {
      for (int i = 0; i < series.length; i++) {
        rounds.timed(series[(i + round) % series.length], round);
      }
    }
    return rounds;
  }

  private void slice(Series series, int round) throws Exception {
    int calls = Math.max(plan.inFlight, series.callsOfRound / SLICES);
    series.calls[round] += calls;
    series.nanos[round] += series.peer.run(call, calls, plan.inFlight, false).nanos();
  }

  private void timed(Series series, int round) throws Exception {
    Peer.Round done = series.peer.run(call, series.callsOfRound, plan.inFlight, true);
    series.p50Micros[round] = done.p50Nanos() / 1e3;
    series.p99Micros[round] = done.p99Nanos() / 1e3;
    series.inFlight[round] = done.inFlight(series.callsOfRound);
  }

  /** Answers how many calls take as long as a round shall, once the peer is warm. */
  private int warmUp(Peer peer) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(plan.warmUpMillis);
    long wanted = TimeUnit.MILLISECONDS.toNanos(plan.roundMillis);
    int calls = plan.inFlight;
    boolean timed = false;
    do {
      long nanos = peer.run(call, calls, plan.inFlight, timed).nanos();
      double factor = Math.min(4, (double) wanted / Math.max(1, nanos));
      calls = (int) Math.max(plan.inFlight, calls * factor);
      timed = !timed;
    } while (System.nanoTime() < end);
    return calls;
  }

  void put(Figures figures) {
    all.forEach((kind, series) -> put(figures, kind, series));
    Series ours = all.get(PeerKind.MILLRACE);
    if (ours == null) {
      return;
    }
    all.forEach(
        (kind, theirs) -> {
          if (!kind.isOwn()) {
            against(figures, kind, ours, theirs);
          }
        });
  }

  private void put(Figures figures, PeerKind kind, Series series) {
    String prefix = call.word() + "." + kind.word() + ".";
    figures.put(prefix + "perSecond", series.perSecond());
    figures.put(prefix + "p50Micros", series.p50Micros);
    figures.put(prefix + "p99Micros", series.p99Micros);
    double seen = Ratio.median(series.inFlight);
    figures.put(prefix + "inFlight", seen);
    double wanted = expectedInFlight(plan.inFlight, series.callsOfRound);
    if (!kind.isLimit() && !(Math.abs(seen - wanted) <= IN_FLIGHT_TOLERANCE * wanted)) {
      figures.doubt(
          String.format(
              Locale.ROOT,
              "%sinFlight: %.0f calls were under way on average, all peers shall have %.0f",
              prefix,
              seen,
              wanted));
    }
  }

  /** At a round's end there is nothing left to send: then they become fewer, one by one. */
  static double expectedInFlight(int most, int calls) {
    return most * (1 - most / (2.0 * calls));
  }

  private void against(Figures figures, PeerKind kind, Series ours, Series theirs) {
    Ratio rates = quotients(ours.perSecond(), theirs.perSecond());
    String name = call.word() + "." + standing(kind);
    if (kind == PeerKind.LOCK) { // a limit by an unfair lock, whose threads come in bursts
      figures.putScattered(name, rates);
    } else {
      figures.putStanding(name, rates);
    }
    if (kind != PeerKind.RAW_LOOPS) { // they have one call under way for each thread
      figures.putScattered(
          call.word() + ".vs." + kind.word() + ".p99Ratio",
          quotients(ours.p99Micros, theirs.p99Micros));
    }
  }

  /** The name of our rate by that peer's. */
  static String standing(PeerKind kind) {
    return kind == PeerKind.RAW_LOOPS ? "limitShare" : "vs." + kind.word();
  }

  private static Ratio quotients(double[] ours, double[] theirs) {
    double[] quotients = new double[ours.length];
    Arrays.setAll(quotients, i -> ours[i] / theirs[i]);
    return new Ratio(quotients);
  }
}
