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
          + "worse where there is more, whatever the number, even of a profile that is not valid. "
          + "That a profile was valid and is not is worse, too. What only OLD has is named as gone.",
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
    boolean broken = false;
    for (String profile : old.profiles()) {
      if (now.has(profile)) {
        tellGone(profile, old, now, out);
        tellNotValid(profile, "old", old, out);
        tellNotValid(profile, "new", now, out);
        if (old.isValid(profile) && !now.isValid(profile)) {
          out.println("worse: " + profile + " was valid and is not");
          broken = true;
        }
        comparisons.addAll(compare(profile, old, now));
      } else {
        out.println("gone: " + profile + ", all " + old.figures(profile).size() + " figures");
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
    boolean worse = comparisons.stream().anyMatch(each -> each.verdict() == Verdict.WORSE);
    return broken || worse ? 1 : 0;
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
        "| %s | %s | %s | %s | %s |",
        each.name(),
        words(each.before()),
        words(each.after()),
        factor(each),
        each.verdict().words());
  }

  /** New by old; empty where the old one is 0, as counts are. */
  private static String factor(Comparison each) {
    double before = each.before().median();
    return before == 0 ? "" : String.format(Locale.ROOT, "%.3f", each.after().median() / before);
  }

  /** The median, and the interval where there is one. */
  private static String words(Interval of) {
    return of.low() == of.high()
        ? String.format(Locale.ROOT, "%.4g", of.median())
        : String.format(Locale.ROOT, "%.4g [%.4g, %.4g]", of.median(), of.low(), of.high());
  }

  /** A peer that is missing, say, or that broke down. */
  private static void tellGone(String profile, ReportData old, ReportData now, PrintWriter out) {
    old.figures(profile).stream()
        .filter(name -> now.figure(profile, name).isEmpty())
        .forEach(name -> out.println("gone: " + profile + ": " + name));
  }

  private static void tellNotValid(String profile, String which, ReportData data, PrintWriter out) {
    if (!data.isValid(profile)) {
      out.println(
          String.format(
              "left out, but for its counts: %s is not valid in the %s run: %s",
              profile, which, data.why(profile)));
    }
  }

  /** All figures that both runs have; only counts where one of them is not valid. */
  private static List<Comparison> compare(String profile, ReportData old, ReportData now) {
    boolean trusted = old.isValid(profile) && now.isValid(profile);
    List<Comparison> comparisons = new ArrayList<>();
    for (String name : now.figures(profile)) {
      boolean both = old.figure(profile, name).isPresent() && now.figure(profile, name).isPresent();
      if (both && (trusted || FigureMeaning.of(name) == FigureMeaning.COUNT)) {
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
