package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** What a run wrote, as a report asks for it. */
record ReportData(JsonNode root) {

  /** A figure, where it was measured. */
  OptionalDouble figure(String profile, String name) {
    JsonNode value = root.path("profiles").path(profile).path("figures").path(name);
    return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
  }

  /** Where half of the pairs lie on either side of it, its verdict is open. */
  Standing standing(String profile, String name) {
    List<Double> samples = samples(profile, name);
    if (samples.isEmpty()) {
      return Standing.UNKNOWN;
    }
    Ratio ratio = new Ratio(samples.stream().mapToDouble(Double::doubleValue).toArray());
    return ratio.lowerQuartile() > 1
        ? Standing.AHEAD
        : ratio.upperQuartile() < 1 ? Standing.BEHIND : Standing.EVEN;
  }

  List<Double> samples(String profile, String name) {
    List<Double> samples = new ArrayList<>();
    root.path("profiles")
        .path(profile)
        .path("samples")
        .path(name)
        .forEach(each -> samples.add(each.asDouble()));
    return samples;
  }

  boolean has(String profile) {
    return root.path("profiles").has(profile);
  }

  /** In the order in which they ran. */
  List<String> profiles() {
    List<String> names = new ArrayList<>();
    root.path("profiles").fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** How we stand to somebody. */
  enum Standing {
    AHEAD,
    EVEN,
    BEHIND,
    UNKNOWN
  }
}
