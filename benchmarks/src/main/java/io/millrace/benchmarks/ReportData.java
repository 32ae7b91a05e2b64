package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What a run wrote, as a report asks for it. */
record ReportData(JsonNode root) {

  /** What the two words mean that say how far a figure can be trusted. */
  static final String TRUST =
      "Valid: nothing in the profile's run speaks against its figures but those named as uncertain:"
          + " no call failed, Little's law holds, ratios have at least "
          + Ratio.FEWEST_PAIRS
          + " pairs, the middle half of which spans at most 20 % of the median. Rates and times by"
          + " themselves are not checked for scatter, but for the limits and what a feature costs in"
          + " dispatch. Uncertain: the rounds scatter more"
          + " widely, so the figure's size is not to be relied upon; who is ahead stands.";

  /**
   * Reads what {@code --json} wrote.
   *
   * @throws ParameterException that names the file, when that cannot be read or is something else
   */
  static ReportData read(Path file, CommandSpec spec) {
    try {
      JsonNode root = new JsonMapper().readTree(Files.readAllBytes(file));
      if (root.path("profiles").isObject()) {
        return new ReportData(root);
      }
    } catch (IOException unreadable) {
      throw new ParameterException(
          spec.commandLine(), file + " cannot be read: " + unreadable.getMessage(), unreadable);
    }
    throw new ParameterException(
        spec.commandLine(), file + " has no profiles: give a file that --json wrote");
  }

  /** A figure, where it was measured. */
  OptionalDouble figure(String profile, String name) {
    JsonNode value = root.path("profiles").path(profile).path("figures").path(name);
    return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
  }

  /** A figure as plots take it: not a number where it was not measured. */
  double figureOrNan(String profile, String name) {
    return figure(profile, name).orElse(Double.NaN);
  }

  /** What the pairs of a ratio to somebody else say. */
  Standing standing(String profile, String name, boolean isHigherBetter) {
    List<Double> samples = samples(profile, name);
    Ratio ratio = new Ratio(samples.stream().mapToDouble(Double::doubleValue).toArray());
    if (ratio.isTooFew()) {
      return Standing.UNKNOWN;
    }
    if (ratio.isAboveOne() || ratio.isBelowOne()) {
      return ratio.isAboveOne() == isHigherBetter ? Standing.AHEAD : Standing.BEHIND;
    }
    return ratio.doubt().isPresent() ? Standing.OPEN : Standing.EVEN;
  }

  /** Whether nothing speaks against a profile's figures. */
  boolean isValid(String profile) {
    return root.path("profiles").path(profile).path("valid").asBoolean();
  }

  /** What speaks against a profile's figures; empty for one that is valid. */
  String why(String profile) {
    return root.path("profiles").path(profile).path("why").asText();
  }

  /** Whether a figure's size is not to be relied upon. */
  boolean isUncertain(String profile, String name) {
    return root.path("profiles").path(profile).path("uncertain").has(name);
  }

  /** Whether a figure is the median of ratios of pairs. */
  boolean isRatio(String profile, String name) {
    for (JsonNode each : root.path("profiles").path(profile).path("ratios")) {
      if (each.asText().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the run said which figures those are; older versions did not. */
  boolean tellsRatios() {
    return root.path("profiles").isEmpty() || root.path("profiles").elements().next().has("ratios");
  }

  /** Figures whose size is not to be relied upon. */
  List<String> uncertain(String profile) {
    List<String> names = new ArrayList<>();
    root.path("profiles").path(profile).path("uncertain").fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** A profile's figures, in the order of their measuring. */
  List<String> figures(String profile) {
    List<String> names = new ArrayList<>();
    root.path("profiles").path(profile).path("figures").fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** What the run warns of; none in files of older versions. */
  List<String> warnings() {
    List<String> all = new ArrayList<>();
    root.path("warnings").forEach(each -> all.add(each.asText()));
    return all;
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
    /** The pairs scatter widely, on both sides of 1. */
    OPEN,
    /** Too few pairs. */
    UNKNOWN
  }
}
