package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of the same kind and class path, for what must not happen to the tests' own. */
final class ChildJvm {

  private static final int MOST_SECONDS = 180;

  private ChildJvm() {}

  /** Runs {@code main} to its end, which must be a good one, and answers the lines that it said. */
  static List<String> run(Path folder, Class<?> main, String... flags) throws Exception {
    File output = folder.resolve("output").toFile();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC"); // as the launcher has it
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    Process child =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    boolean ended;
    try {
      ended = child.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
    } finally {
      child.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output.toPath());
    assertThat(ended).as("ended in time; it said %s", lines).isTrue();
    assertThat(child.exitValue()).as("exit code; it said %s", lines).isZero();
    return lines;
  }
}
