package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What the command answers, run within the test's own process. */
final class Outcome {

  private final int exitCode;
  private final ByteArrayOutputStream out;
  private final String err;

  private Outcome(int exitCode, ByteArrayOutputStream out, String err) {
    this.exitCode = exitCode;
    this.out = out;
    this.err = err;
  }

  static Outcome of(Object... arguments) {
    return withInput("", arguments);
  }

  static Outcome withInput(String input, Object... arguments) {
    return withInput(input.getBytes(StandardCharsets.UTF_8), arguments);
  }

  static Outcome withInput(byte[] input, Object... arguments) {
    return withStreams(new ByteArrayInputStream(input), new ByteArrayOutputStream(), arguments);
  }

  static Outcome withStreams(InputStream in, OutputStream out, Object... arguments) {
    String[] args = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode = Millrace.run(args, in, out, err);
    ByteArrayOutputStream written =
        out instanceof ByteArrayOutputStream bytes ? bytes : new ByteArrayOutputStream();
    return new Outcome(exitCode, written, err.toString(StandardCharsets.UTF_8));
  }

  int exitCode() {
    return exitCode;
  }

  byte[] out() {
    return out.toByteArray();
  }

  String text() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err;
  }

  List<String> errLines() {
    return err.lines().toList();
  }

  /** The contract for bad input: exit code 2, nothing on stdout, one line that says it all. */
  void isRefusedSaying(String... parts) {
    assertThat(err).startsWith("millrace: ").contains(parts).doesNotContain("\tat ");
    assertThat(errLines()).hasSize(1);
    assertThat(text()).isEmpty();
    assertThat(exitCode).isEqualTo(2);
  }

  Outcome isDone() {
    assertThat(err).isEmpty();
    assertThat(exitCode).isZero();
    return this;
  }
}
