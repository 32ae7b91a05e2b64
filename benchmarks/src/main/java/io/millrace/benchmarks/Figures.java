package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one profile measured: named numbers in the order of their measuring, and doubts. */
final class Figures {

  private final Map<String, Double> values = new LinkedHashMap<>();
  private final Map<String, double[]> samples = new LinkedHashMap<>();
  private final List<String> doubts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

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
    put(name, ratio.pairs());
    ratio.doubt().ifPresent(why -> doubt(name + ": " + why));
  }

  /** Marks the whole run as one that cannot be trusted. */
  void doubt(String why) {
    doubts.add(why);
  }

  /** Something that a reader has to know, though it harms nothing: what is missing, say. */
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

  List<String> notes() {
    return Collections.unmodifiableList(notes);
  }

  /** Empty for a run that can be trusted. */
  List<String> doubts() {
    return Collections.unmodifiableList(doubts);
  }
}
