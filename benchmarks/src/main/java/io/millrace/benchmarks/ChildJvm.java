package io.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a class in a fresh JVM with this one's flags and class path. */
final class ChildJvm {

  private static final long SECONDS = 30;

  private ChildJvm() {}

  /**
   * Answers the first line that it prints.
   *
   * @throws IllegalStateException when it fails or takes longer than half a minute
   */
  static String line(Class<?> main, String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      if (!child.waitFor(SECONDS, TimeUnit.SECONDS) || child.exitValue() != 0 || line == null) {
        throw new IllegalStateException(
            "a fresh JVM with " + main.getSimpleName() + " " + String.join(" ", args) + " failed");
      }
      return line;
    } finally {
      child.destroyForcibly();
    }
  }
}
