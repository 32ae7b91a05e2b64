package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadFileTest {

  private final Path folder;
  private final Path module;

  BadFileTest(@TempDir Path folder) {
    this.folder = folder;
    this.module = Wasm.digest(folder);
  }

  private Outcome echo(Object option, Object value) {
    return Outcome.withInput("a\n", "invoke", module, "echo", option, value);
  }

  @Test
  void aMissingInputIsNamed() {
    echo("--input", folder.resolve("none.txt")).isRefusedSaying("none.txt", "no such file");
  }

  @Test
  void aDirectoryIsNoInput() {
    echo("--input", folder).isRefusedSaying(folder.toString(), "directory");
  }

  @Test
  void aDirectoryIsNoOutput() {
    echo("--output", folder).isRefusedSaying(folder.toString(), "directory");
  }

  @Test
  void anOutputInNoDirectoryIsRefused() {
    echo("--output", folder.resolve("none/out.txt"))
        .isRefusedSaying("out.txt", "no such directory");
  }

  @Test
  void aSummaryInNoDirectoryIsRefusedBeforeTheRun() {
    echo("--json", folder.resolve("none/out.json"))
        .isRefusedSaying("--json", "out.json", "no such directory");
    Outcome.of("demo", "--json", folder).isRefusedSaying("--json", "directory");
  }

  @Test
  void nothingThatIsReadOrWrittenIsOverwritten() throws IOException {
    Path input = Files.writeString(folder.resolve("in.txt"), "precious\n");
    byte[] wasm = Files.readAllBytes(module);
    Path output = folder.resolve("out.txt");
    echo("--output", module).isRefusedSaying("--output", "is the module");
    echo("--json", module).isRefusedSaying("--json", "is the module");
    Outcome.of("invoke", module, "echo", "--input", input, "--json", input)
        .isRefusedSaying("--json", "is the input");
    Outcome.of("invoke", module, "echo", "--input", input, "--output", output, "--json", output)
        .isRefusedSaying("--json", "is the output");
    assertThat(input).hasContent("precious\n");
    assertThat(Files.readAllBytes(module)).isEqualTo(wasm);
  }

  @Test
  void figuresBeyondTheLimitsAreBadUsageAndTouchNothing() throws IOException {
    Path output = Files.writeString(folder.resolve("kept.txt"), "precious\n");
    for (String[] option :
        new String[][] {
          {"--workers", "99999"}, {"--inbox", "99999999"}, {"--deadline", "999999999h"}
        }) {
      Outcome.withInput("a\n", "invoke", module, "echo", "--output", output, option[0], option[1])
          .isRefusedSaying(option[1]);
    }
    assertThat(output).hasContent("precious\n");
  }

  @Test
  void theInputIsNotOverwritten() throws IOException {
    Path file = Files.writeString(folder.resolve("same.txt"), "precious\n");
    Outcome.of("invoke", module, "echo", "--input", file, "--output", file)
        .isRefusedSaying("same.txt", "is the input");
    assertThat(file).hasContent("precious\n");
  }

  @Test
  void nothingIsReadOrWrittenForAFunctionThatIsNotThere() throws IOException {
    Path out = Files.writeString(folder.resolve("out.txt"), "kept\n");
    InputStream unread =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("the input was read");
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            return read();
          }
        };
    Outcome outcome =
        Outcome.withStreams(
            unread, new ByteArrayOutputStream(), "invoke", module, "ehco", "--output", out);
    outcome.isRefusedSaying("ehco", "echo");
    assertThat(out).hasContent("kept\n");
  }

  @Test
  void anInputThatBreaksOffIsReportedAfterTheRepliesBefore() {
    InputStream broken =
        new InputStream() {
          private int position;

          @Override
          public int read() {
            throw new AssertionError("read by array only");
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            if (position++ > 0) {
              throw new IOException("cable pulled");
            }
            target[offset] = 'a';
            target[offset + 1] = '\n';
            return 2;
          }
        };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Outcome outcome = Outcome.withStreams(broken, out, "invoke", module, "echo");
    assertThat(outcome.text()).isEqualTo("a\n");
    assertThat(outcome.errLines()).containsExactly("millrace: cannot read the input: cable pulled");
    assertThat(outcome.exitCode()).isEqualTo(1);
  }
}
