package io.millrace.benchmarks;

import io.millrace.benchmarks.Startup.Mode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * How soon a module answers in a fresh JVM, by the language that it was written in: interpreted,
 * compiled, from the disk, and as a second instance from the first one's snapshot; and what a
 * compiled start is made of. As many starts as there is time for.
 */
final class StartupProfile implements Profile {

  private static final int FULL_ROUNDS = 100;
  private static final int QUICK_ROUNDS = 2;

  /** With fewer starts there is no mean or percentile that says something. */
  private static final int FEWEST_STARTS = 5;

  private static final String TINYGO = "examples/quickstart/target/third-party/gofmt.wasm";

  @Override
  public String name() {
    return "startup";
  }

  @Override
  public String description() {
    return "first replies in fresh JVMs: four languages, each way to start, and its parts";
  }

  private record Module(String name, Path file, String function, String payload) {}

  @Override
  public int quickSeconds() {
    return 14;
  }

  @Override
  public void run(Figures figures) throws Exception {
    try (TempDirectory directory = TempDirectory.create("millrace-startup")) {
      List<Module> modules = modules(directory.path(), figures);
      Path store = directory.path().resolve("modules");
      Map<String, List<Double>> samples = new LinkedHashMap<>();
      for (Module module : modules) {
        start(Mode.DISK, module, store, new LinkedHashMap<>()); // fills it
      }
      List<Mode> modes = new ArrayList<>(List.of(Mode.values()));
      if (Effort.chosen() == Effort.QUICK) {
        modes.remove(Mode.INSTANCE);
      }
      Turns turns = new Turns(modes.size());
      int rounds = Effort.of(QUICK_ROUNDS, FULL_ROUNDS, FULL_ROUNDS);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Effort.of(45, 45, 3_600));
      for (int round = 0; round < rounds && (round == 0 || System.nanoTime() < end); round++) {
        for (Module module : modules) {
          for (int turn : turns.next()) {
            start(modes.get(turn), module, store, samples);
          }
        }
      }
      modules.forEach(module -> splitInstanceAndInit(module.name, samples));
      // In the modules' order and that of the names, and not in that of the first turn.
      for (Module module : modules) {
        new TreeMap<>(samples)
            .forEach(
                (name, values) -> {
                  if (name.startsWith(module.name + ".")) {
                    put(figures, name, values);
                  }
                });
      }
    }
  }

  private static List<Module> modules(Path directory, Figures figures) throws IOException {
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
    Path tinygo = Program.target().resolve("../..").resolve(TINYGO).normalize();
    if (Files.isRegularFile(tinygo)) {
      modules.add(new Module("tinygo", tinygo, "format", "package  a\n"));
    } else {
      figures.warn("no module that TinyGo built: " + TINYGO + " is missing (.ci/run brings it)");
    }
    return modules;
  }

  private static void start(Mode mode, Module module, Path store, Map<String, List<Double>> samples)
      throws IOException, InterruptedException {
    String line =
        ChildJvm.line(
            Startup.class,
            mode.name(),
            module.file.toString(),
            module.function,
            module.payload,
            store.toString());
    String prefix = module.name + "." + mode.name().toLowerCase(Locale.ROOT) + ".";
    for (String each : line.split(" ", -1)) {
      String[] parts = each.split("=", 2);
      boolean memory = parts[0].equals("memory");
      String name = prefix + (memory ? "memoryMiB" : parts[0] + "Millis");
      double value = Long.parseLong(parts[1]) / (memory ? 1024.0 * 1024 : 1e6);
      samples.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
    }
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
    if (all.length < FEWEST_STARTS) {
      return;
    }
    double[] sorted = all.clone();
    Arrays.sort(sorted);
    figures.put(base + ".meanMillis", Arrays.stream(all).average().orElse(Double.NaN));
    figures.put(base + ".p95Millis", sorted[(int) Math.ceil(0.95 * sorted.length) - 1]);
  }
}
