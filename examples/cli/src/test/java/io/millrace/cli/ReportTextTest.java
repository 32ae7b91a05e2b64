package io.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTextTest {

  private final Path folder;

  ReportTextTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void columnsAreAlignedAndLinesEndWithoutSpaces() {
    TextTable table = new TextTable().title("title").row("a", "b", "c").row("long", "", "");
    assertThat(table.text()).isEqualTo("title\n  a     b  c\n  long\n");
  }

  @Test
  void inspectTellsWhatFitsAndWhyTheRestDoesNot() {
    String text = Outcome.of("inspect", Wasm.digest(folder)).isDone().text();
    assertThat(text)
        .containsPattern("yes +sha256 +\\(i32, i32\\) -> i64\n")
        .containsPattern("no +_initialize .*\\(i32, i32\\) -> i64\n")
        .containsPattern("own +private +starts with 2 pages \\(128 KiB\\)")
        .contains("imports\n  none\n");
  }

  @Test
  void inspectNamesFunctionsThatAreTooLargeForTheJit() {
    String text = Outcome.of("inspect", Wasm.auth(folder)).isDone().text();
    assertThat(text)
        .containsPattern("granted +function +wasi_snapshot_preview1.fd_write")
        .containsPattern("[0-9,]+ bytes +function [0-9]+")
        .contains("-XX:-DontCompileHugeMethods");
  }

  @Test
  void aBarIsDrawnOverItselfAndEndsItsLine() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Progress progress = new Progress(new PrintStream(err, true, UTF_8), true, 1_000);
    for (int i = 1; i <= 1_000; i++) {
      progress.at(i);
    }
    String text = err.toString(UTF_8);
    assertThat(text).startsWith("\r[").endsWith("\n").contains("1,000 of 1,000");
    assertThat(text.chars().filter(c -> c == '\r').count()).isLessThan(20);
  }
}
