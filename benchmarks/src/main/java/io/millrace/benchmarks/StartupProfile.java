package io.millrace.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How soon a module answers in a fresh JVM, by the language that it was written in: interpreted,
 * compiled, from the disk, and as a second instance from the first one's snapshot; and what a
 * compiled start is made of. As many starts as there is time for.
 */
final class StartupProfile implements Profile {

  /** With fewer starts there is no mean or percentile that says something. */
  private static final int FEWEST_STARTS = 5;

  @Override
  public String name() {
    return "startup";
  }

  @Override
  public String description() {
    return "first replies in fresh JVMs: Go, Rust, C, AssemblyScript, TinyGo (with --quick C and"
        + " AssemblyScript), each way to start";
  }

  /** What is started, and the call that shows that it has. */
  record Module(String name, Path file, String function, String payload) {}

  @Override
  public int quickSeconds() {
    return 13;
  }

  @Override
  public void run(Figures figures) throws Exception {
    try (TempDirectory directory = TempDirectory.create("millrace-startup")) {
      List<Module> modules = modules(directory.path(), figures);
      Map<String, List<Double>> samples = new StartupRounds(modules, directory.path()).run();
      modules.forEach(module -> splitInstanceAndInit(module.name(), samples));
      // In the modules' order and that of the names, and not in that of the first turn.
      for (Module module : modules) {
        new TreeMap<>(samples)
            .forEach(
                (name, values) -> {
                  if (name.startsWith(module.name() + ".")) {
                    put(figures, name, values);
                  }
                });
      }
    }
  }

  private static List<Module> modules(Path directory, Figures figures) throws Exception {
    List<Module> modules = new ArrayList<>();
    List<String> names =
        Effort.chosen() == Effort.QUICK
            ? List.of("c", "assemblyscript")
            : List.of("go-auth", "rust", "c", "assemblyscript");
    for (String name : names) {
      String resource = "/io/millrace/guests/" + name + ".wasm";
      Path file = directory.resolve(name + ".wasm");
      try (InputStream in =
          Objects.requireNonNull(StartupProfile.class.getResourceAsStream(resource), resource)) {
        Files.copy(in, file);
      }
      modules.add(new Module(name.equals("go-auth") ? "go" : name, file, "sha256", "abc"));
    }
    if (Effort.chosen() == Effort.QUICK) {
      figures.note(
          "not in --quick: Go, Rust, TinyGo; instance and initialisation apart; means and 95th"
              + " percentiles");
      return modules;
    }
    if (Effort.chosen() == Effort.NORMAL) {
      figures.note(
          "as many starts as fit into a minute, each with its number, and what they are made of"
              + " once: medians and ranges, and means and 95th percentiles where there are five"
              + " starts. --full makes 100 of each");
    }
    try {
      modules.add(new Module("tinygo", TinyGoModule.file(), "format", "package  a\n"));
    } catch (IOException | IllegalStateException missing) {
      figures.warn("the module that TinyGo built is missing: " + missing.getMessage());
    }
    return modules;
  }

  /**
   * The pool makes an instance and initialises it in one step, so what the second takes is what is
   * left of both when an instance that is not initialised is taken off: in two JVMs of one round,
   * each of them cold.
   */
  static void splitInstanceAndInit(String module, Map<String, List<Double>> samples) {
    List<Double> instances = samples.remove(module + ".instance.instantiateMillis");
    List<Double> both = samples.get(module + ".parts.instantiateAndInitMillis");
    if (instances == null || both == null) {
      return;
    }
    List<Double> inits = new ArrayList<>();
    for (int round = 0; round < Math.min(instances.size(), both.size()); round++) {
      inits.add(Math.max(0, both.get(round) - instances.get(round)));
    }
    samples.put(module + ".parts.instantiateMillis", instances);
    samples.put(module + ".parts.initMillis", inits);
  }

  private static void put(Figures figures, String name, List<Double> values) {
    double[] all = values.stream().mapToDouble(Double::doubleValue).toArray();
    figures.put(name, all);
    if (name.contains(".parts.") || name.endsWith("MiB")) {
      return;
    }
    String base = name.substring(0, name.length() - "Millis".length());
    figures.put(base + ".starts", (double) all.length);
    figures.put(base + ".minMillis", Arrays.stream(all).min().orElse(Double.NaN));
    figures.put(base + ".maxMillis", Arrays.stream(all).max().orElse(Double.NaN));
    if (all.length < FEWEST_STARTS) {
      return;
    }
    double[] sorted = all.clone();
    Arrays.sort(sorted);
    figures.put(base + ".meanMillis", Arrays.stream(all).average().orElse(Double.NaN));
    figures.put(base + ".p95Millis", sorted[(int) Math.ceil(0.95 * sorted.length) - 1]);
  }
}
