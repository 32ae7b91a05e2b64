package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One peer's rounds with one kind of call. */
final class PeerSeries {

  /** How far the mean of calls under way may be from what all shall have. */
  private static final double IN_FLIGHT_TOLERANCE = 0.10;

  /** How near our own is brought to it before the rounds begin. */
  private static final double SETTLED = 0.03;

  private static final int SETTLING_ROUNDS = 4;

  /** The limit on what is under way is never set higher than so many times what shall be. */
  private static final int MOST_TIMES = 4;

  /** Timed rounds are to have so many times the calls under way, where the time allows it. */
  private static final int LONG_ENOUGH = 10;

  private static final double MOST_TIME = 2.5;

  /**
   * A slice has so many times the calls under way at least, or its beginning and its end, in which
   * there are fewer, would weigh in it: whoever is slow takes part in fewer slices.
   */
  private static final int LONG_ENOUGH_SLICE = 20;

  private final PeerKind kind;
  private final Peer peer;
  private final PeerCall call;
  private final PeerRounds.Plan plan;
  private final long[] calls;
  private final long[] nanos;
  private final PeerRound[] timed;
  private final double[] p99OfSlices;
  private int limit;
  private int callsOfRound;
  private long failed;
  private String broken = "";

  PeerSeries(PeerKind kind, Peer peer, PeerCall call, PeerRounds.Plan plan) {
    this.kind = kind;
    this.peer = peer;
    this.call = call;
    this.plan = plan;
    calls = new long[plan.rounds()];
    nanos = new long[plan.rounds()];
    timed = new PeerRound[plan.timedRounds()];
    Arrays.fill(timed, PeerRound.of(0, 0));
    p99OfSlices = new double[plan.timedRounds() * plan.slices()];
    limit = plan.inFlight();
    callsOfRound = plan.inFlight();
  }

  private interface Step {
    void run() throws Exception;
  }

  /** A peer that breaks down takes no part any more; the others go on. */
  private void unlessBroken(Step step) {
    if (!broken.isEmpty()) {
      return;
    }
    try {
      step.run();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      broken = "it was interrupted";
    } catch (Exception | LinkageError failure) {
      broken = failure.toString();
    }
  }

  /** Runs it until it is warm, and finds out how many calls take as long as a round shall. */
  void warmUp() {
    unlessBroken(
        () -> {
          long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(plan.warmUpMillis());
          long wanted = TimeUnit.MILLISECONDS.toNanos(plan.roundMillis());
          boolean withTimes = false;
          do {
            long took = run(callsOfRound, withTimes).nanos();
            double factor = Math.max(0.25, Math.min(4, (double) wanted / Math.max(1, took)));
            callsOfRound = (int) Math.max(plan.inFlight(), callsOfRound * factor);
            withTimes = !withTimes;
          } while (System.nanoTime() < end);
        });
  }

  /**
   * Sets our limit such that as many calls are under way on average as the others have: a stream is
   * asked for more in batches, so fewer are than the limit allows, and fewer under way is a shorter
   * time for each, by Little's law. By how much depends on the batches, so it is measured.
   */
  void settle() {
    unlessBroken(
        () -> {
          for (int i = 0; i < SETTLING_ROUNDS; i++) { // others, too: they are warmed up by it
            double factor = adjustment(run(timedCalls(), true), timedCalls());
            if (kind.isOwn() && Math.abs(factor - 1) > SETTLED) {
              limit = within(limit * factor);
            }
          }
        });
  }

  private double adjustment(PeerRound round, int ofCalls) {
    return PeerRounds.expectedInFlight(plan.inFlight(), ofCalls) / Math.max(1, round.inFlight());
  }

  private int within(double wanted) {
    return (int)
        Math.round(Math.min(MOST_TIMES * plan.inFlight(), Math.max(plan.inFlight(), wanted)));
  }

  /** A part of a round for the rate. */
  void slice(int round, int slice) {
    int own = slicesOf(callsOfRound);
    if (takesPart(slice, own)) {
      unlessBroken(
          () -> {
            int each = callsOfRound / own;
            calls[round] += each;
            nanos[round] += run(each, false).nanos();
          });
    }
  }

  /** A part of a round for the times. */
  void timedSlice(int round, int slice) {
    int own = slicesOf(timedCalls());
    if (takesPart(slice, own)) {
      unlessBroken(
          () -> {
            int each = timedCalls() / own;
            PeerRound done = run(each, true);
            timed[round] = timed[round].and(done);
            p99OfSlices[round * plan.slices() + slice] = done.micros(99);
            if (kind.isOwn()) { // slowly, since one slice says little
              limit = within(limit * Math.pow(adjustment(done, each), 0.5 / own));
            }
          });
    }
  }

  /** In how many slices so many calls are made. */
  private int slicesOf(int count) {
    int slices = plan.slices();
    while (slices > 1 && count / slices < LONG_ENOUGH_SLICE * plan.inFlight()) {
      slices /= 2;
    }
    return slices;
  }

  /** Fewer slices are spread over the round. */
  private boolean takesPart(int slice, int own) {
    return slice % (plan.slices() / own) == 0;
  }

  private PeerRound run(int count, boolean withTimes) throws Exception {
    PeerRound round = peer.run(call, count, limit, withTimes);
    failed += round.failed();
    return round;
  }

  private int timedCalls() {
    return (int)
        Math.max(
            callsOfRound,
            Math.min(LONG_ENOUGH * (double) plan.inFlight(), MOST_TIME * callsOfRound));
  }

  PeerKind kind() {
    return kind;
  }

  /** Whether it took part to the end. */
  boolean isWhole() {
    return broken.isEmpty();
  }

  double[] perSecond() {
    double[] perSecond = new double[nanos.length];
    Arrays.setAll(perSecond, round -> calls[round] * 1e9 / nanos[round]);
    return perSecond;
  }

  double[] p99Micros() {
    return micros(99);
  }

  /**
   * Of each part of each round, in microseconds. What lies side by side is a better pair than two
   * rounds, and there are more pairs. Not for who takes part in fewer slices: those are longer, and
   * the longer one is, the likelier is a stall within.
   */
  Optional<double[]> p99OfSlices() {
    boolean inAll = slicesOf(timedCalls()) == plan.slices();
    return inAll ? Optional.of(p99OfSlices.clone()) : Optional.empty();
  }

  private double[] micros(double percentile) {
    return Arrays.stream(timed).mapToDouble(round -> round.micros(percentile)).toArray();
  }

  private double[] inFlight() {
    return Arrays.stream(timed).mapToDouble(PeerRound::inFlight).toArray();
  }

  /** Why its times cannot be held against others', if so. */
  Optional<String> unequal() {
    double seen = Ratio.median(inFlight());
    return kind.isLimit()
            || Math.abs(seen - plan.inFlight()) <= IN_FLIGHT_TOLERANCE * plan.inFlight()
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s: %.0f calls were under way on average, all peers shall have %d",
                kind.title(),
                seen,
                plan.inFlight()));
  }

  void put(Figures figures) {
    String prefix = call.word() + "." + kind.word() + ".";
    if (!broken.isEmpty()) {
      figures.doubt(prefix + "perSecond: " + kind.title() + " broke down: " + broken);
      return;
    }
    figures.put(prefix + "perSecond", perSecond());
    figures.put(prefix + "p50Micros", micros(50));
    figures.put(prefix + "p99Micros", p99Micros());
    figures.put(prefix + "inFlight", inFlight());
    figures.put(prefix + "failed", (double) failed);
    if (failed > 0) { // whoever fails does so faster than others answer
      figures.doubt(prefix + "failed: " + failed + " calls failed, none may");
    }
    // Ours is the one that is brought to where it shall be: elsewhere it would flatter us.
    if (kind.isOwn()) {
      unequal().ifPresent(why -> figures.doubt(prefix + "inFlight: " + why));
    }
  }
}
