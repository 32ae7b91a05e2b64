package io.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvokeCommandTest {

  private final Path folder;
  private final Path module;

  InvokeCommandTest(@TempDir Path folder) {
    this.folder = folder;
    this.module = Wasm.digest(folder);
  }

  private static String numbered(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> i + "-" + "x".repeat(i % 40) + "\n")
        .collect(Collectors.joining());
  }

  @Test
  void sha256IsTheJdksInLowerCase() throws Exception {
    byte[] sha256 = MessageDigest.getInstance("SHA-256").digest("Zoë".getBytes(UTF_8));
    Outcome outcome = Outcome.withInput("Zoë\n", "invoke", module, "sha256").isDone();
    assertThat(outcome.text()).isEqualTo(HexFormat.of().formatHex(sha256) + "\n");
  }

  @Test
  void repliesComeInTheOrderOfTheRecords() {
    String lines = numbered(50_000);
    Outcome outcome = Outcome.withInput(lines, "invoke", module, "echo", "--workers", 4).isDone();
    assertThat(outcome.text()).isEqualTo(lines);
  }

  @Test
  void aSmallInboxLosesNothing() {
    String lines = numbered(2_000);
    Outcome outcome =
        Outcome.withInput(lines, "invoke", module, "echo", "--workers", 3, "--inbox", 1).isDone();
    assertThat(outcome.text()).isEqualTo(lines);
  }

  @Test
  void readsAndWritesFiles() throws IOException {
    Path in = Files.writeString(folder.resolve("in.txt"), numbered(100));
    Path out = folder.resolve("out.txt");
    Outcome outcome = Outcome.of("invoke", module, "echo", "--input", in, "--output", out).isDone();
    assertThat(outcome.out()).isEmpty();
    assertThat(out).hasSameBinaryContentAs(in);
  }

  @Test
  void aFailedRecordLeavesAnEmptyOneAndTheOthersComeOut() {
    Outcome outcome =
        Outcome.withInput("a\nbbbbb\ncc\n", "invoke", module, "echo", "--payload-limit", "4B");
    assertThat(outcome.text()).isEqualTo("a\n\ncc\n");
    assertThat(outcome.errLines()).hasSize(1);
    assertThat(outcome.err())
        .startsWith("millrace: record 2: payload of 5 bytes is over the limit of 4 bytes");
    assertThat(outcome.exitCode()).isEqualTo(1);
  }

  @Test
  void recordsThatFailAtBothEndsAreCounted() {
    Outcome outcome =
        Outcome.withInput("12345\na\n12345", "invoke", module, "echo", "--payload-limit", "4");
    assertThat(outcome.text()).isEqualTo("\na\n\n");
    assertThat(outcome.errLines())
        .hasSize(2)
        .element(1)
        .asString()
        .startsWith("millrace: record 3: ");
  }

  @Test
  void manyRefusedRecordsDoNotPileUp() {
    String input = "12345\n".repeat(30_000);
    Outcome outcome = Outcome.withInput(input, "invoke", module, "echo", "--payload-limit", "4");
    assertThat(outcome.text()).isEqualTo("\n".repeat(30_000));
    assertThat(outcome.errLines()).hasSize(30_000);
  }

  @Test
  void aTrapFailsItsRecord() {
    Outcome outcome = Outcome.withInput("a\nb\n", "invoke", module, "trap");
    assertThat(outcome.text()).isEqualTo("\n\n");
    assertThat(outcome.errLines())
        .hasSize(2)
        .allMatch(line -> line.matches("millrace: record [12]: trap trapped: .*"));
    assertThat(outcome.exitCode()).isEqualTo(1);
  }

  @Test
  void aDeadlineStopsEachRecordByItself() {
    Outcome outcome =
        Outcome.withInput(
            "a\nb\nc\n", "invoke", module, "spin", "--deadline", "100ms", "--workers", 1);
    assertThat(outcome.text()).isEqualTo("\n\n\n");
    assertThat(outcome.errLines())
        .hasSize(3)
        .allMatch(line -> line.contains("deadline of 100 ms for spin passed while the guest ran"));
    assertThat(outcome.exitCode()).isEqualTo(1);
  }

  @Test
  void aGenerousDeadlineChangesNothing() {
    String lines = numbered(5_000);
    Outcome outcome =
        Outcome.withInput(lines, "invoke", module, "echo", "--deadline", "1m").isDone();
    assertThat(outcome.text()).isEqualTo(lines);
  }

  @Test
  void verboseShowsTheStackOfAFailedRecord() {
    Outcome outcome = Outcome.withInput("a\n", "invoke", module, "trap", "--verbose");
    assertThat(outcome.err()).startsWith("millrace: record 1: trap").contains("\tat ");
  }

  @Test
  void wholeTakesAllInputAsOneRecord() {
    byte[] input = {'a', '\n', 0, (byte) 0xFF, '\n'};
    Outcome outcome =
        Outcome.withInput(input, "invoke", module, "echo", "--frame", "whole").isDone();
    assertThat(outcome.out()).isEqualTo(input);
  }

  @Test
  void wholeTakesNoInputAsAnEmptyRecord() {
    Outcome outcome = Outcome.of("invoke", module, "sum", "--frame", "whole").isDone();
    assertThat(outcome.text()).isEqualTo("0");
  }

  @Test
  void wholeWritesNothingForAFailure() {
    Outcome outcome =
        Outcome.withInput(
            "12345", "invoke", module, "echo", "--frame", "whole", "--payload-limit", "4");
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("millrace: record 1: payload of 5 bytes");
    assertThat(outcome.exitCode()).isEqualTo(1);
  }

  @Test
  void lengthPrefixedGoesBothWays() {
    byte[] input = {3, 0, 0, 0, 'a', '\n', 'b', 0, 0, 0, 0, 1, 0, 0, 0, 'c'};
    Outcome outcome =
        Outcome.withInput(input, "invoke", module, "echo", "--frame", "length-prefixed").isDone();
    assertThat(outcome.out()).isEqualTo(input);
  }

  @Test
  void aTruncatedLengthPrefixedInputFailsItsLastRecord() {
    byte[] input = {1, 0, 0, 0, 'a', 9, 0, 0, 0, 'b', 'c'};
    Outcome outcome =
        Outcome.withInput(input, "invoke", module, "echo", "--frame", "length-prefixed");
    assertThat(outcome.out()).containsExactly(1, 0, 0, 0, 'a', 0, 0, 0, 0);
    assertThat(outcome.errLines())
        .containsExactly("millrace: record 2: the input ends after 2 of the record's 9 bytes");
    assertThat(outcome.exitCode()).isEqualTo(1);
  }

  @Test
  void aPayloadOfTheWholeLimitPasses() {
    byte[] input = new byte[16 << 20];
    Arrays.fill(input, (byte) 'x');
    Outcome outcome = Outcome.withInput(input, "invoke", module, "sum").isDone();
    assertThat(outcome.text()).isEqualTo((long) input.length * 'x' + "\n");
  }

  @Test
  void theSummaryHoldsEveryField() throws IOException {
    Path json = folder.resolve("summary.json");
    Outcome.withInput(
        "a\nbbbbb\nc\n",
        "invoke",
        module,
        "echo",
        "--payload-limit",
        "4",
        "--workers",
        2,
        "--json",
        json);
    JsonNode summary = new JsonMapper().readTree(Files.readString(json));
    assertThat(summary.fieldNames())
        .toIterable()
        .containsExactly(
            "invocations",
            "replies",
            "errors",
            "mismatches",
            "perSecond",
            "wallMillis",
            "service",
            "sojourn",
            "workers",
            "compiles",
            "instancesCreated",
            "cacheHits");
    assertThat(summary.path("invocations").intValue()).isEqualTo(3);
    assertThat(summary.path("replies").intValue()).isEqualTo(2);
    assertThat(summary.path("errors").intValue()).isEqualTo(1);
    assertThat(summary.path("mismatches").intValue()).isZero();
    assertThat(summary.path("perSecond").doubleValue()).isPositive();
    assertThat(summary.path("service").path("p50Micros").doubleValue()).isPositive();
    assertThat(summary.path("sojourn").path("p99Micros").doubleValue()).isPositive();
    assertThat(summary.path("workers").intValue()).isEqualTo(2);
    assertThat(summary.path("compiles").intValue()).isEqualTo(1);
    assertThat(summary.path("instancesCreated").intValue()).isBetween(1, 2);
  }

  @Test
  void aClosedPipeEndsQuietly() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    byte[] input = numbered(100_000).getBytes(UTF_8);
    Outcome outcome =
        Outcome.withStreams(new ByteArrayInputStream(input), closed, "invoke", module, "echo");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isEqualTo(1);
  }

  @Test
  void anOutputThatFailsIsReportedOnce() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    Outcome outcome =
        Outcome.withStreams(
            new ByteArrayInputStream("a\n".getBytes(UTF_8)), full, "invoke", module, "echo");
    assertThat(outcome.errLines())
        .containsExactly("millrace: cannot write the output: No space left on device");
    assertThat(outcome.exitCode()).isEqualTo(1);
  }
}
