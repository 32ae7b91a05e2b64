package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.benchmarks.Comparison.Verdict;
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
      "A figure is better or worse where the intervals around both medians lie apart, and by more "
          + "than 3 %%. A count of what ought not to be (unanswered, neighboursHit) is worse where "
          + "there is more, whatever the number. There is no verdict on single numbers, which have "
          + "no interval, nor on what is no merit (inFlight).",
    },
    footer = {"", "Exit codes: 0 nothing is worse; 1 something is; 2 bad usage."})
final class BenchCompare implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "OLD.json", description = "The run before.")
  private Path before = Path.of("");

  @Parameters(index = "1", paramLabel = "NEW.json", description = "The run after.")
  private Path after = Path.of("");

  @Option(names = "--all", description = "Also tell what is the same, or has no verdict.")
  private boolean all;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    ReportData old = ReportData.read(before, spec);
    ReportData now = ReportData.read(after, spec);
    for (String fact : List.of("os", "java", "cores")) {
      String was = old.root().path("machine").path(fact).asText();
      String is = now.root().path("machine").path(fact).asText();
      if (!was.equals(is)) {
        out.println("careful: " + fact + " was " + was + " and is " + is);
      }
    }
    List<Comparison> comparisons = new ArrayList<>();
    for (String profile : now.profiles()) {
      if (old.has(profile) && isTrusted(old, profile, out) && isTrusted(now, profile, out)) {
        comparisons.addAll(compare(profile, old, now));
      }
    }
    out.println("| figure | old | new | factor | verdict |");
    out.println("|---|---|---|---|---|");
    comparisons.stream()
        .filter(each -> all || isChange(each))
        .forEach(each -> out.println(row(each)));
    for (Verdict verdict : Verdict.values()) {
      long count = comparisons.stream().filter(each -> each.verdict() == verdict).count();
      out.println(count + " " + verdict.words());
    }
    return comparisons.stream().anyMatch(each -> each.verdict() == Verdict.WORSE) ? 1 : 0;
  }

  private static boolean isChange(Comparison each) {
    return each.verdict() == Verdict.BETTER || each.verdict() == Verdict.WORSE;
  }

  private static String row(Comparison each) {
    return String.format(
        Locale.ROOT,
        "| %s | %.4g | %.4g | %.3f | %s |",
        each.name(),
        each.before(),
        each.after(),
        each.factor(),
        each.verdict().words());
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
    now.root()
        .path("profiles")
        .path(profile)
        .path("figures")
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (old.figure(profile, name).isPresent()) {
                comparisons.add(
                    Comparison.of(
                        profile + ": " + name,
                        values(old, profile, name),
                        values(now, profile, name)));
              }
            });
    return comparisons;
  }

  private static double[] values(ReportData data, String profile, String name) {
    List<Double> samples = data.samples(profile, name);
    return samples.isEmpty()
        ? new double[] {data.figure(profile, name).orElse(Double.NaN)}
        : samples.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
