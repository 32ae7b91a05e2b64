package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.benchmarks.Comparison.Side;
import io.millrace.benchmarks.Comparison.Verdict;
import io.millrace.benchmarks.Ratio.Interval;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace bench compare}: what changed between two runs, and what is only noise. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    versionProvider = BenchVersion.class,
    description = {
      "Tells what changed between two files that --json wrote, and what is only noise.",
      "",
      "Only ratios are judged, both of whose sides ran in the same JVM and in turn: one is better or "
          + "worse where the 95 %% intervals of both medians lie apart, and by more than 3 %%. One "
          + "that a run calls uncertain stays so. Rates and times by themselves differ from one "
          + "JVM's start to the next, so there is no verdict on them; nor is there on what is no "
          + "merit (rawSpeedUp). A count of what ought not to be (unanswered, neighboursHit) is "
          + "worse where there is more, whatever the number.",
      "",
      "The intervals tell the noise within each run. Before a change is believed, make both runs "
          + "twice: the JIT may decide otherwise in another JVM.",
    },
    footer = {"", "Exit codes: 0 nothing is worse; 1 something is; 2 bad usage."})
final class BenchCompare implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "OLD.json", description = "The run before.")
  private Path before = Path.of("");

  @Parameters(index = "1", paramLabel = "NEW.json", description = "The run after.")
  private Path after = Path.of("");

  @Option(names = "--all", description = "Also tell what is the same or not judged.")
  private boolean all;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    ReportData old = ReportData.read(before, spec);
    ReportData now = ReportData.read(after, spec);
    warnOfDifferences(old, now, out);
    List<Comparison> comparisons = new ArrayList<>();
    for (String profile : now.profiles()) {
      if (old.has(profile) && isTrusted(old, profile, out) && isTrusted(now, profile, out)) {
        comparisons.addAll(compare(profile, old, now));
      }
    }
    out.println("| figure | old | new | new by old | verdict |");
    out.println("|---|---|---|---|---|");
    comparisons.stream()
        .filter(each -> all || isTold(each.verdict()))
        .forEach(each -> out.println(row(each)));
    for (Verdict verdict : Verdict.values()) {
      long count = comparisons.stream().filter(each -> each.verdict() == verdict).count();
      if (count > 0) {
        boolean hidden = !all && !isTold(verdict);
        out.println(count + " " + verdict.words() + (hidden ? " (--all shows them)" : ""));
      }
    }
    return comparisons.stream().anyMatch(each -> each.verdict() == Verdict.WORSE) ? 1 : 0;
  }

  /** What has to be alike for figures to be comparable, and is not. */
  private static void warnOfDifferences(ReportData old, ReportData now, PrintWriter out) {
    for (String fact :
        List.of(
            "/machine/processor",
            "/machine/cores",
            "/machine/memoryMiB",
            "/machine/os",
            "/machine/java",
            "/machine/flags",
            "/effort")) {
      String was = words(old.root().at(fact));
      String is = words(now.root().at(fact));
      if (!was.equals(is)) {
        String name = fact.substring(fact.lastIndexOf('/') + 1);
        out.println("careful: " + name + " was " + was + " and is " + is);
      }
    }
    warnOfGaps(old, "old", out);
    warnOfGaps(now, "new", out);
  }

  private static void warnOfGaps(ReportData data, String which, PrintWriter out) {
    if (!data.root().path("complete").asBoolean(true)) {
      out.println("careful: the " + which + " run is incomplete");
    }
    if (!data.tellsRatios()) {
      out.println(
          "careful: the "
              + which
              + " file is of an older version, which does not say what is a ratio: only counts"
              + " are judged");
    }
  }

  private static String words(JsonNode fact) {
    return fact.isMissingNode() ? "not known" : fact.isArray() ? fact.toString() : fact.asText();
  }

  private static boolean isTold(Verdict verdict) {
    return verdict == Verdict.BETTER || verdict == Verdict.WORSE || verdict == Verdict.UNCERTAIN;
  }

  private static String row(Comparison each) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %.3f | %s |",
        each.name(),
        words(each.before()),
        words(each.after()),
        each.factor(),
        each.verdict().words());
  }

  /** The median, and the interval where there is one. */
  private static String words(Interval of) {
    return of.low() == of.high()
        ? String.format(Locale.ROOT, "%.4g", of.median())
        : String.format(Locale.ROOT, "%.4g [%.4g, %.4g]", of.median(), of.low(), of.high());
  }

  private static boolean isTrusted(ReportData data, String profile, PrintWriter out) {
    JsonNode node = data.root().path("profiles").path(profile);
    boolean valid = node.path("valid").asBoolean();
    if (!valid) {
      out.println("left out: " + profile + " is not valid: " + node.path("why").asText());
    }
    return valid;
  }

  /** All figures that both runs have. */
  private static List<Comparison> compare(String profile, ReportData old, ReportData now) {
    List<Comparison> comparisons = new ArrayList<>();
    for (String name : now.figures(profile)) {
      if (old.figure(profile, name).isPresent()) {
        comparisons.add(
            Comparison.of(
                profile + ": " + name, side(old, profile, name), side(now, profile, name)));
      }
    }
    return comparisons;
  }

  private static Side side(ReportData data, String profile, String name) {
    List<Double> samples = data.samples(profile, name);
    return new Side(
        samples.isEmpty() ? List.of(data.figureOrNan(profile, name)) : samples,
        data.isRatio(profile, name),
        data.isUncertain(profile, name));
  }
}
