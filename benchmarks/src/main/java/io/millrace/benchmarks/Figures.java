package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one profile measured: named numbers in the order of their measuring, and what is wrong with
 * them. A doubt makes the whole profile one that cannot be trusted. A figure that is uncertain is
 * only named: its size is not to be relied upon, what is concluded from it stands.
 */
final class Figures {

  private final Map<String, Double> values = new LinkedHashMap<>();
  private final Map<String, double[]> samples = new LinkedHashMap<>();
  private final Set<String> ratios = new LinkedHashSet<>();
  private final List<String> doubts = new ArrayList<>();
  private final Map<String, String> uncertain = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  void put(String name, double value) {
    values.put(name, value);
    if (!Double.isFinite(value)) {
      doubt(name + " is " + value);
    }
  }

  /** The median of rounds; they are kept, so that two runs can be compared. */
  void put(String name, double[] rounds) {
    samples.put(name, rounds.clone());
    put(name, Ratio.median(rounds));
  }

  /** The median, and the ratio's doubt about it. */
  void put(String name, Ratio ratio) {
    putPairs(name, ratio);
    ratio.doubt().ifPresent(why -> doubt(name + ": " + why));
  }

  /**
   * A ratio that is asked who is ahead. Where its pairs scatter too widely for a figure, but so
   * many lie on one side of 1 that this is no chance, the answer stands and the figure is
   * uncertain. Where they lie on both sides there is no answer, and the run cannot be trusted.
   */
  void putStanding(String name, Ratio ratio) {
    if (!ratio.isTooFew() && (ratio.isAboveOne() || ratio.isBelowOne())) {
      putScattered(name, ratio);
    } else {
      put(name, ratio);
    }
  }

  /**
   * A ratio of percentiles, which scatter more than rates by their nature: a wide spread makes the
   * figure uncertain and no more, and readers are not told who is ahead where chance may have it.
   */
  void putScattered(String name, Ratio ratio) {
    putPairs(name, ratio);
    ratio.doubt().ifPresent(why -> uncertain(name, why));
  }

  private void putPairs(String name, Ratio ratio) {
    put(name, ratio.pairs());
    ratios.add(name);
  }

  /** The median of rounds, which is uncertain where they scatter as widely as no ratio may. */
  void putSteady(String name, double[] rounds) {
    put(name, rounds);
    new Ratio(rounds).doubt().ifPresent(why -> uncertain(name, why.replace("pairs", "rounds")));
  }

  /** Names a figure whose size is not to be relied upon. */
  void uncertain(String name, String why) {
    uncertain.merge(name, why, (one, other) -> one + "; " + other);
  }

  /** Marks the whole run as one that cannot be trusted. */
  void doubt(String why) {
    doubts.add(why);
  }

  /** Something that a reader has to know though it harms no figure: somebody is missing, say. */
  void warn(String what) {
    warnings.add(what);
  }

  /** Something that a reader may want to know: what is left out by plan, say. */
  void note(String what) {
    notes.add(what);
  }

  Map<String, Double> values() {
    return Collections.unmodifiableMap(values);
  }

  /** What the medians were taken of, where there was more than one value. */
  Map<String, double[]> samples() {
    return Collections.unmodifiableMap(samples);
  }

  /** Those that are medians of ratios of pairs. */
  Set<String> ratios() {
    return Collections.unmodifiableSet(ratios);
  }

  List<String> warnings() {
    return Collections.unmodifiableList(warnings);
  }

  List<String> notes() {
    return Collections.unmodifiableList(notes);
  }

  /** Figures whose size is not to be relied upon, and why. */
  Map<String, String> uncertain() {
    return Collections.unmodifiableMap(uncertain);
  }

  /** Empty for a run that can be trusted. */
  List<String> doubts() {
    return Collections.unmodifiableList(doubts);
  }
}
