package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LimitsTest {

  private static final int HOPS = 20_000;
  private static final int ROUND_TRIPS = 2_000;

  /** What the test starts. */
  public static void main(String[] args) throws Exception {
    Effort.choose(Effort.QUICK);
    Figures figures = new Figures();
    Limits.handOff(figures, HOPS, ROUND_TRIPS);
    System.out.println(Runtime.getRuntime().availableProcessors() + " " + figures.values());
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** What is divided by the number of copies has to have made them all. */
  @Test
  void everyCopyIsMade() throws Exception {
    byte[] from = new byte[Limits.COPIED_BYTES];
    new Random(2).nextBytes(from);
    byte[] to = new byte[Limits.COPIED_BYTES];
    Limits.copies(from, to).once();
    assertThat(to).isEqualTo(from);
    assertThat(from).hasSize(1024 + 64 * (Limits.COPIES - 1));
  }

  /** Two threads that spin for each other take a time slice for each message there. */
  @Test
  void theHandOffEndsOnASingleCore() throws Exception {
    Path taskset = Path.of("/usr/bin/taskset");
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.isExecutable(taskset) && Files.isReadable(status));
    String core =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("Cpus_allowed_list:"))
            .map(line -> line.replaceFirst("\\D+(\\d+).*", "$1"))
            .findFirst()
            .orElse("0");
    ProcessBuilder command =
        new ProcessBuilder(
            List.of(
                taskset.toString(),
                "-c",
                core,
                ChildProcess.ownJava().toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LimitsTest.class.getName()));
    try (ChildProcess child = ChildProcess.start("the hand-off", command)) {
      assertThat(child.line(60))
          .startsWith("1 {")
          .contains("limit.spsc.millionsPerSecond", "limit.spsc.roundTripNanos");
    }
  }
}
