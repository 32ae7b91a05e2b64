package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * Rates of several works, measured in turn in one run, on the calling thread: on a machine whose
 * speed wanders, only what ran side by side can be compared.
 *
 * @see Ratio
 */
final class Rates {

  /**
   * A round is made of slices, in which all take turns: a machine gets slower and faster within
   * seconds, and thereby does so for all of a round.
   */
  private static final int SLICES = 5;

  /**
   * Works between two looks at the clock, which costs some 25 ns; fewer of those that take long.
   */
  private static final int MOST_AT_ONCE = 16;

  private static final double SECONDS_AT_ONCE = 1e-3;

  @SuppressWarnings("unused") // a result that is stored cannot be left out
  private static volatile long sink;

  private final double[][] perSecond;

  private Rates(double[][] perSecond) {
    this.perSecond = perSecond;
  }

  /**
   * Warms each work up, then measures all of them in each round, in an order that is drawn for each
   * turn.
   */
  static Rates inTurn(int normalRounds, int normalMillis, int normalWarmUpMillis, Work... works)
      throws Exception {
    int rounds = Effort.rounds(normalRounds);
    long millisEach = Effort.of(normalMillis * 3 / 8, normalMillis, normalMillis);
    long warmUpMillis = Effort.share(normalWarmUpMillis);
    int[] atOnce = new int[works.length];
    for (int i = 0; i < works.length; i++) {
      double warm = perSecond(works[i], warmUpMillis, MOST_AT_ONCE);
      atOnce[i] = (int) Math.min(MOST_AT_ONCE, Math.max(1, SECONDS_AT_ONCE * warm));
    }
    double[][] rates = new double[works.length][rounds];
    Turns turns = new Turns(works.length);
    for (int round = 0; round < rounds; round++) {
      for (int slice = 0; slice < SLICES; slice++) {
        for (int turn : turns.next()) {
          rates[turn][round] += perSecond(works[turn], millisEach / SLICES, atOnce[turn]) / SLICES;
        }
      }
    }
    return new Rates(rates);
  }

  /**
   * The same for whole loads, each of which takes long enough to be timed by itself. They may use
   * other threads.
   *
   * @param normalSlices how often each runs in a round
   */
  static Rates ofLoads(int normalRounds, int normalSlices, int normalWarmUps, List<Load> loads)
      throws Exception {
    int rounds = Effort.rounds(normalRounds);
    int slices = Effort.of(Math.min(normalSlices, 3), normalSlices, normalSlices);
    int warmUps = Effort.of(Math.min(2, normalWarmUps), normalWarmUps, normalWarmUps);
    for (int i = 0; i < warmUps * slices; i++) {
      for (Load load : loads) {
        load.run();
      }
    }
    double[][] rates = new double[loads.size()][rounds];
    Turns turns = new Turns(loads.size());
    for (int round = 0; round < rounds; round++) {
      long[] nanos = new long[loads.size()];
      for (int slice = 0; slice < slices; slice++) {
        for (int turn : turns.next()) {
          nanos[turn] += loads.get(turn).run();
        }
      }
      for (int i = 0; i < nanos.length; i++) {
        rates[i][round] = slices * loads.get(i).invocations() * 1e9 / nanos[i];
      }
    }
    return new Rates(rates);
  }

  private static double perSecond(Work work, long millis, int atOnce) throws Exception {
    long start = System.nanoTime();
    long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
    long done = 0;
    long results = 0;
    long now;
    do {
      for (int i = 0; i < atOnce; i++) {
        results += work.once();
      }
      done += atOnce;
      now = System.nanoTime();
    } while (now < end);
    sink = results;
    return done * 1e9 / (now - start);
  }

  /** How much faster work {@code a} is than work {@code b}, round by round. */
  Ratio ratio(int a, int b) {
    return new Ratio(quotients(a, b));
  }

  /** How {@code a} against {@code b} stands to {@code c} against {@code d}, round by round. */
  Ratio ratioOfRatios(int a, int b, int c, int d) {
    double[] ratios = quotients(a, b);
    double[] others = quotients(c, d);
    for (int round = 0; round < ratios.length; round++) {
      ratios[round] /= others[round];
    }
    return new Ratio(ratios);
  }

  /** What {@code of} makes of the microseconds that each work takes once, round by round. */
  Ratio ratio(ToDoubleFunction<double[]> of) {
    double[] ratios = new double[perSecond[0].length];
    for (int round = 0; round < ratios.length; round++) {
      double[] micros = new double[perSecond.length];
      for (int i = 0; i < micros.length; i++) {
        micros[i] = 1e6 / perSecond[i][round];
      }
      ratios[round] = of.applyAsDouble(micros);
    }
    return new Ratio(ratios);
  }

  private double[] quotients(int a, int b) {
    double[] quotients = new double[perSecond[a].length];
    for (int round = 0; round < quotients.length; round++) {
      quotients[round] = perSecond[a][round] / perSecond[b][round];
    }
    return quotients;
  }

  /** Works or invocations a second of {@code a}, round by round. */
  double[] perSecond(int a) {
    return each(a, rate -> rate);
  }

  /** The same, as {@code of} has it. */
  double[] each(int a, DoubleUnaryOperator of) {
    return Arrays.stream(perSecond[a]).map(of).toArray();
  }

  /** Nanoseconds that {@code a} takes longer than {@code b}, round by round. */
  double[] extraNanos(int a, int b) {
    double[] extra = new double[perSecond[a].length];
    for (int round = 0; round < extra.length; round++) {
      extra[round] = 1e9 / perSecond[a][round] - 1e9 / perSecond[b][round];
    }
    return extra;
  }

  /** Microseconds that {@code a} takes once, round by round. */
  double[] micros(int a) {
    return each(a, rate -> 1e6 / rate);
  }
}
