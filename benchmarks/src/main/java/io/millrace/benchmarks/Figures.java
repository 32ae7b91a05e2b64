package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one profile measured: named numbers in the order of their measuring, and doubts. */
final class Figures {

  private final Map<String, Double> values = new LinkedHashMap<>();
  private final List<String> doubts = new ArrayList<>();

  void put(String name, double value) {
    values.put(name, value);
    if (!Double.isFinite(value)) {
      doubt(name + " is " + value);
    }
  }

  /** The median, and the ratio's doubt about it. */
  void put(String name, Ratio ratio) {
    put(name, ratio.median());
    ratio.doubt().ifPresent(why -> doubt(name + ": " + why));
  }

  /** Marks the whole run as one that cannot be trusted. */
  void doubt(String why) {
    doubts.add(why);
  }

  Map<String, Double> values() {
    return Collections.unmodifiableMap(values);
  }

  /** Empty for a run that can be trusted. */
  List<String> doubts() {
    return Collections.unmodifiableList(doubts);
  }
}
