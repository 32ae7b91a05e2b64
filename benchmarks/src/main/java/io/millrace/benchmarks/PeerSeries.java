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

  private final PeerKind kind;
  private final Peer peer;
  private final PeerCall call;
  private final PeerRounds.Plan plan;
  private final long[] calls;
  private final long[] nanos;
  private final double[] p50Micros;
  private final double[] p99Micros;
  private final double[] inFlight;
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
    p50Micros = new double[plan.timedRounds()];
    p99Micros = new double[plan.timedRounds()];
    inFlight = new double[plan.timedRounds()];
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
          boolean timed = false;
          do {
            long took = run(callsOfRound, timed).nanos();
            double factor = Math.max(0.25, Math.min(4, (double) wanted / Math.max(1, took)));
            callsOfRound = (int) Math.max(plan.inFlight(), callsOfRound * factor);
            timed = !timed;
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
            double factor = adjustment(run(timedCalls(), true));
            if (kind.isOwn() && Math.abs(factor - 1) > SETTLED) {
              limit = within(limit * factor);
            }
          }
        });
  }

  private double adjustment(Peer.Round round) {
    return PeerRounds.expectedInFlight(plan.inFlight(), timedCalls())
        / Math.max(1, round.inFlight(timedCalls()));
  }

  private int within(double wanted) {
    return (int)
        Math.round(Math.min(MOST_TIMES * plan.inFlight(), Math.max(plan.inFlight(), wanted)));
  }

  /** A part of a round for the rate. */
  void slice(int round, int slices) {
    unlessBroken(
        () -> {
          int each = Math.max(plan.inFlight(), callsOfRound / slices);
          calls[round] += each;
          nanos[round] += run(each, false).nanos();
        });
  }

  /** A round for the times. */
  void timed(int round) {
    unlessBroken(
        () -> {
          Peer.Round done = run(timedCalls(), true);
          p50Micros[round] = done.p50Nanos() / 1e3;
          p99Micros[round] = done.p99Nanos() / 1e3;
          inFlight[round] = done.inFlight(timedCalls());
          if (kind.isOwn()) { // slowly, since one round says little
            limit = within(limit * Math.sqrt(adjustment(done)));
          }
        });
  }

  private Peer.Round run(int count, boolean timed) throws Exception {
    Peer.Round round = peer.run(call, count, limit, timed);
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
    return p99Micros.clone();
  }

  /** Why its times cannot be held against others', if so. */
  Optional<String> unequal() {
    double seen = Ratio.median(inFlight);
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
    figures.put(prefix + "p50Micros", p50Micros);
    figures.put(prefix + "p99Micros", p99Micros);
    figures.put(prefix + "inFlight", inFlight);
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
