package io.millrace.benchmarks;

import io.millrace.benchmarks.ColdStart.What;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How soon a Go guest answers in a fresh JVM: compiled, from the disk, and interpreted. */
final class ColdStartProfile implements Profile {

  private static final int ROUNDS = 7;
  private static final int QUICK_ROUNDS = 3;
  private static final int BUDGET_SECONDS = 55;
  private static final int FULL_BUDGET_SECONDS = 600;

  @Override
  public String name() {
    return "coldstart";
  }

  @Override
  public String description() {
    return "a Go guest in fresh JVMs: parse, compile, load from disk, first reply in each tier";
  }

  @Override
  public int quickSeconds() {
    return 10;
  }

  @Override
  public void run(Figures figures) throws Exception {
    try (TempDirectory directory = TempDirectory.create("millrace-coldstart")) {
      measure(figures, directory.path().resolve("modules"));
    }
  }

  private static void measure(Figures figures, Path directory) throws Exception {
    long end =
        System.nanoTime()
            + TimeUnit.SECONDS.toNanos(
                Effort.of(BUDGET_SECONDS, BUDGET_SECONDS, FULL_BUDGET_SECONDS));
    int rounds = Effort.of(QUICK_ROUNDS, ROUNDS, 3 * ROUNDS);
    millis(What.STORE, directory); // fills it
    Map<What, List<Double>> millis = new EnumMap<>(What.class);
    List<What> whats = List.of(What.values());
    Turns turns = new Turns(whats.size());
    for (int round = 0; round < rounds && System.nanoTime() < end; round++) {
      for (int turn : turns.next()) {
        What what = whats.get(turn);
        millis.computeIfAbsent(what, each -> new ArrayList<>()).add(millis(what, directory));
      }
    }
    millis.forEach(
        (what, all) ->
            figures.put(
                language() + "." + what.name().toLowerCase(Locale.ROOT) + ".millis", array(all)));
    if (Effort.chosen() == Effort.QUICK) {
      figures.note("not in --quick: Go; ratios, for which three starts of each are too few");
      return;
    }
    figures.put("diskVsCompile", ratio(millis, What.STORE, What.COMPILE));
    figures.put("tieredFirstReplyVsParse", ratio(millis, What.TIERED_REPLY, What.PARSE));
  }

  private static Ratio ratio(Map<What, List<Double>> millis, What a, What b) {
    double[] first = array(millis.getOrDefault(a, List.of()));
    double[] second = array(millis.getOrDefault(b, List.of()));
    double[] ratios = new double[first.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = first[i] / second[i];
    }
    return new Ratio(ratios);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** The Go guest takes seconds to compile, which a quick run does not have. */
  private static String module() {
    return Effort.chosen() == Effort.QUICK ? "rust" : "go-auth";
  }

  private static String language() {
    return Effort.chosen() == Effort.QUICK ? "rust" : "go";
  }

  private static double millis(What what, Path directory) throws IOException, InterruptedException {
    return Long.parseLong(
            ChildJvm.line(ColdStart.class, what.name(), directory.toString(), module()))
        / 1e6;
  }
}
