package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JVM with a small heap that ends at the first OutOfMemoryError outlives all hostile modules. */
class HostileModulesTest {

  private static final int MOST_SECONDS = 180;

  @Test
  void aSmallJvmOutlivesEveryHostileModule(@TempDir Path folder) throws Exception {
    File output = folder.resolve("output").toFile();
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                HostileHost.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    boolean ended;
    try {
      ended = child.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
    } finally {
      child.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output.toPath());
    assertThat(ended).as("ended in time; it said %s", lines).isTrue();
    assertThat(child.exitValue()).as("exit code; it said %s", lines).isZero();
    assertThat(lines.stream().filter(line -> line.startsWith("ok ")))
        .hasSameSizeAs(HostileModules.all())
        .hasSizeGreaterThan(40);
    assertThat(lines).last().isEqualTo(HostileHost.SURVIVED);
  }
}
