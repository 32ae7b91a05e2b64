package io.millrace.benchmarks;

import io.millrace.benchmarks.ColdStart.What;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** How soon a Go guest answers in a fresh JVM: compiled, from the disk, and interpreted. */
final class ColdStartProfile implements Profile {

  private static final int ROUNDS = 7;
  private static final long BUDGET_SECONDS = 55;
  private static final long CHILD_SECONDS = 30;

  @Override
  public String name() {
    return "coldstart";
  }

  @Override
  public String description() {
    return "a Go guest in fresh JVMs: parse, compile, load from disk, first reply in each tier";
  }

  @Override
  public void run(Figures figures) throws Exception {
    Path directory = Files.createTempDirectory("millrace-coldstart");
    try {
      measure(figures, directory.resolve("modules"));
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void measure(Figures figures, Path directory) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BUDGET_SECONDS);
    millis(What.STORE, directory); // fills it
    Map<What, List<Double>> millis = new EnumMap<>(What.class);
    for (int round = 0; round < ROUNDS && System.nanoTime() < end; round++) {
      for (What what : What.values()) {
        millis.computeIfAbsent(what, each -> new ArrayList<>()).add(millis(what, directory));
      }
    }
    millis.forEach(
        (what, all) ->
            figures.put(
                "go." + what.name().toLowerCase(Locale.ROOT) + ".millis",
                Ratio.median(array(all))));
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

  /** In a JVM with this one's flags and class path. */
  private static double millis(What what, Path directory) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ColdStart.class.getName(), what.name(), directory.toString()));
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      if (!child.waitFor(CHILD_SECONDS, TimeUnit.SECONDS) || child.exitValue() != 0) {
        throw new IllegalStateException("a cold start (" + what + ") failed");
      }
      return Long.parseLong(String.valueOf(line)) / 1e6;
    } finally {
      child.destroyForcibly();
    }
  }
}
