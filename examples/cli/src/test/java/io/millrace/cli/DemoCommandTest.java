package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {

  private final Path folder;

  DemoCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void theGuestAgreesWithTheJdk() throws IOException {
    Path json = folder.resolve("demo.json");
    Outcome outcome = Outcome.of("demo", "--count", 300, "--workers", 2, "--json", json);
    assertThat(outcome.exitCode()).isZero();
    JsonNode summary = new JsonMapper().readTree(Files.readString(json));
    assertThat(summary.path("invocations").intValue()).isEqualTo(300);
    assertThat(summary.path("replies").intValue()).isEqualTo(300);
    assertThat(summary.path("errors").intValue()).isZero();
    assertThat(summary.path("mismatches").intValue()).isZero();
    assertThat(summary.path("compiles").intValue()).isEqualTo(1);
    assertThat(summary.path("instancesCreated").intValue()).isBetween(1, 2);
    assertThat(outcome.text())
        .containsPattern("invocations +300\n")
        .containsPattern("mismatches +0\n")
        .containsPattern("service time +p50 .* p99 ")
        .contains("verdicts\n");
    assertThat(outcome.err()).contains("millrace: 300 of 300\n").doesNotContain("\r");
  }
}
