package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchHelpTest {

  private final StringWriter out = new StringWriter();

  private int run(String words) {
    return Bench.run(Bench.PROFILES, words.split(" ", -1), new PrintWriter(out, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "compare --help", "results --help"})
  void helpIsSaidWithoutAComplaintOfTheParsers(String words) {
    PrintStream console = System.err;
    ByteArrayOutputStream complaints = new ByteArrayOutputStream();
    try {
      System.setErr(new PrintStream(complaints, true, StandardCharsets.UTF_8));
      assertThat(run(words)).isZero();
    } finally {
      System.setErr(console);
    }
    assertThat(complaints.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(out.toString()).startsWith("Usage: millrace bench").doesNotContain("%%");
  }

  @Test
  void helpSaysHowLongItTakesAndWhenToTrustIt() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("all together some twelve", "less than three minutes")
        .contains("A profile is valid when", "A figure is uncertain when")
        .contains("the middle half of which spans at most 20 % of the median");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "compare --version"})
  void theVersionNamesTheCommit(String words) {
    assertThat(run(words)).isZero();
    assertThat(out.toString()).contains("commit ", System.getProperty("java.version"));
  }

  @Test
  void theListNamesEachProfileWithWhatItMeasures() {
    assertThat(run("--list")).isZero();
    assertThat(out.toString().lines())
        .hasSameSizeAs(Bench.PROFILES)
        .allMatch(line -> line.matches("[a-z0-9-]+ +.{20,} \\(\\d+ s with --quick\\)"));
  }
}
