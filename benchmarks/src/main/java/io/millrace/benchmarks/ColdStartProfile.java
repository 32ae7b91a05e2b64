package io.millrace.benchmarks;

import io.millrace.benchmarks.ColdStart.What;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How soon a Go guest answers in fresh JVMs: compiled, from the disk, and interpreted.
 *
 * <p>A machine's speed changes from one JVM to the next by a fifth, and there is time for a few
 * only. So what is compared follows each other at once, and the interpreted start is held against
 * the mean of the parses before and after it; where it has another one behind it, that one shares
 * the parse between them.
 */
final class ColdStartProfile implements Profile {

  private static final int COMPILES = 6;
  private static final int QUICK_STARTS = 3;
  private static final int FULL_STARTS = 21;

  /** Interpreted starts before the compiles; the others come behind them, as many as fit. */
  private static final int TIERED_FIRST = 3;

  private static final int MOST_TIERED = 9;
  private static final int BUDGET_SECONDS = 57;
  private static final int FULL_BUDGET_SECONDS = 900;

  @Override
  public String name() {
    return "coldstart";
  }

  @Override
  public String description() {
    return "a Go guest (with --quick a Rust guest) in fresh JVMs: parse, compile, load from disk,"
        + " first reply interpreted";
  }

  @Override
  public int quickSeconds() {
    return 9;
  }

  @Override
  public void run(Figures figures) throws Exception {
    try (TempDirectory directory = TempDirectory.create("millrace-coldstart")) {
      new Run(directory.path()).measure(figures);
    }
  }

  /** The Go guest takes seconds to compile, which a quick run does not have. */
  private static String module() {
    return Effort.chosen() == Effort.QUICK ? "rust" : "go-auth";
  }

  private static String language() {
    return Effort.chosen() == Effort.QUICK ? "rust" : "go";
  }

  /** One run of the profile. */
  private static final class Run {

    private final Path directory;
    private final Map<What, List<Double>> millis = new EnumMap<>(What.class);
    private final List<Double> storeByCompile = new ArrayList<>();
    private final List<Double> tieredByParse = new ArrayList<>();
    private final long end;
    private long longestTieredNanos;

    Run(Path directory) {
      this.directory = directory;
      int seconds = Effort.of(BUDGET_SECONDS, BUDGET_SECONDS, FULL_BUDGET_SECONDS);
      end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    void measure(Figures figures) throws IOException, InterruptedException {
      int compiles = Effort.of(QUICK_STARTS, COMPILES, FULL_STARTS);
      tiered(Math.min(TIERED_FIRST, compiles));
      for (int i = 0; i < compiles; i++) {
        compileAndLoad(directory.resolve("modules-" + i));
      }
      tiered(Effort.of(0, MOST_TIERED, FULL_STARTS) - tieredByParse.size());
      millis.forEach(
          (what, all) -> figures.put(language() + "." + what.word() + ".millis", array(all)));
      if (Effort.chosen() == Effort.QUICK) {
        figures.note("not in --quick: Go; ratios, for which three starts of each are too few");
        return;
      }
      figures.put("diskVsCompile", new Ratio(array(storeByCompile)));
      figures.put("tieredFirstReplyVsParse", new Ratio(array(tieredByParse)));
    }

    /** A first process, and a second one that has the directory of the first. */
    private void compileAndLoad(Path modules) throws IOException, InterruptedException {
      double compile = millis(What.COMPILE, modules);
      storeByCompile.add(millis(What.STORE, modules) / compile);
    }

    /** So many, or as many as there is time for. */
    private void tiered(int starts) throws IOException, InterruptedException {
      if (starts <= 0) {
        return;
      }
      double before = millis(What.PARSE, directory);
      for (int i = 0; i < starts; i++) {
        long start = System.nanoTime();
        if (start + longestTieredNanos > end) {
          return;
        }
        double reply = millis(What.TIERED_REPLY, directory);
        double after = millis(What.PARSE, directory);
        tieredByParse.add(2 * reply / (before + after));
        before = after;
        longestTieredNanos = Math.max(longestTieredNanos, System.nanoTime() - start);
      }
    }

    private double millis(What what, Path modules) throws IOException, InterruptedException {
      String line = ChildJvm.line(ColdStart.class, what.name(), modules.toString(), module());
      double each = Long.parseLong(line) / 1e6;
      millis.computeIfAbsent(what, any -> new ArrayList<>()).add(each);
      return each;
    }

    private static double[] array(List<Double> values) {
      return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }
}
