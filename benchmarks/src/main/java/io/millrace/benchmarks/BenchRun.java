package io.millrace.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run of some profiles: measures, tells on the way, and keeps what is written afterwards. */
final class BenchRun {

  private final PrintWriter out;
  private final List<Profile> chosen;
  private final MachineFacts machine = MachineFacts.now();
  private final Optional<CpuTimes> cpuBefore = CpuTimes.now();
  private final String commit = Program.commit();
  private final long startNanos = System.nanoTime();
  private final Map<String, Outcome> outcomes = new LinkedHashMap<>();
  private boolean interrupted;

  BenchRun(PrintWriter out, List<Profile> chosen) {
    this.out = out;
    this.chosen = chosen;
  }

  /**
   * One profile's part of the file.
   *
   * @param valid whether its figures can be trusted, those in {@code uncertain} aside
   * @param why they cannot
   * @param uncertain figures whose size is not to be relied upon, each with the reason
   * @param seconds that it took
   * @param ratios the figures that are medians of ratios of pairs
   * @param samples what medians were taken of
   * @param notes what is left out by plan, and the like
   * @param warnings what is missing though it ought not to be
   */
  private record Outcome(
      boolean valid,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String why,
      Map<String, String> uncertain,
      double seconds,
      Map<String, Double> figures,
      Set<String> ratios,
      Map<String, double[]> samples,
      List<String> notes,
      List<String> warnings) {}

  /** Runs a profile, also after one that failed. */
  void measure(Profile profile) {
    Figures figures = new Figures();
    long start = System.nanoTime();
    try {
      profile.run(figures);
    } catch (InterruptedException ended) {
      interrupted = true;
      figures.doubt("the run was interrupted");
    } catch (Exception | Error failed) { // an Error too: the other profiles' figures are good
      figures.doubt("the run failed: " + failed);
    }
    Glossary.missing(profile.name(), figures.values().keySet())
        .forEach(name -> figures.warn("nobody wrote down what " + name + " means"));
    interrupted |= Thread.interrupted(); // also of one that put it back
    double seconds = secondsSince(start);
    boolean valid = figures.doubts().isEmpty();
    outcomes.put(
        profile.name(),
        new Outcome(
            valid,
            valid ? null : String.join("; ", figures.doubts()),
            figures.uncertain(),
            seconds,
            figures.values(),
            figures.ratios(),
            figures.samples(),
            figures.notes(),
            figures.warnings()));
    print(profile, figures, seconds);
  }

  private void print(Profile profile, Figures figures, double seconds) {
    String planned =
        Effort.chosen() == Effort.QUICK
            ? String.format(Locale.ROOT, ", %d planned", profile.quickSeconds())
            : "";
    out.printf(Locale.ROOT, "%s (%.0f s%s)%n", profile.name(), seconds, planned);
    figures
        .values()
        .forEach((name, value) -> out.printf(Locale.ROOT, "  %-28s %12.3f%n", name, value));
    figures.warnings().forEach(what -> out.println("  WARNING: " + what));
    figures.notes().forEach(what -> out.println("  note: " + what));
    figures.uncertain().forEach((name, why) -> out.println("  uncertain: " + name + ": " + why));
    figures.doubts().forEach(why -> out.println("  NOT VALID: " + why));
    out.flush();
  }

  void printTotal() {
    out.printf(Locale.ROOT, "total: %.0f s%n", secondsSince(startNanos));
    out.flush();
  }

  /** Whether somebody wants it to end: no more is to be measured. */
  boolean isInterrupted() {
    return interrupted;
  }

  /** Whether all that was asked for is measured. */
  boolean isComplete() {
    return missing().isEmpty();
  }

  /** Those without an outcome, and the one that was interrupted, which is the last that has one. */
  private List<String> missing() {
    return chosen.stream()
        .map(Profile::name)
        .skip(interrupted ? Math.max(0, outcomes.size() - 1) : outcomes.size())
        .toList();
  }

  /** Whether every profile can be trusted. */
  boolean isValid() {
    return isComplete() && outcomes.values().stream().allMatch(Outcome::valid);
  }

  /** What is written, in its order. */
  Map<String, Object> all(List<String> words) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("machine", machine);
    all.put("commit", commit);
    all.put("command", "./millrace bench " + String.join(" ", words));
    all.put("seed", Turns.seed());
    all.put("effort", Effort.chosen().name().toLowerCase(Locale.ROOT));
    all.put("seconds", secondsSince(startNanos));
    all.put("complete", isComplete());
    all.put("warnings", warnings());
    all.put("profiles", outcomes);
    return all;
  }

  /** Of the whole run, then of its profiles, which are named. */
  private List<String> warnings() {
    List<String> all = new ArrayList<>();
    if (!isComplete()) {
      all.add("the run is incomplete; not measured: " + String.join(", ", missing()));
    }
    all.addAll(RunWarnings.of(machine, cpuBefore, CpuTimes.now(), commit, seconds()));
    outcomes.forEach(
        (name, outcome) -> outcome.warnings.forEach(what -> all.add(name + ": " + what)));
    return all;
  }

  /** That the profiles took together. */
  private double seconds() {
    return outcomes.values().stream().mapToDouble(Outcome::seconds).sum();
  }

  private static double secondsSince(long nanos) {
    return Math.round((System.nanoTime() - nanos) / 1e8) / 10.0;
  }
}
