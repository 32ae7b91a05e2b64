package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadModuleTest {

  private final Path folder;

  BadModuleTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static void isRefused(Path module, String... parts) {
    Outcome.of("invoke", module, "f").isRefusedSaying(parts);
    Outcome.of("inspect", module).isRefusedSaying(parts);
  }

  @Test
  void aMissingFileIsNamed() {
    isRefused(folder.resolve("none.wasm"), "none.wasm", "no such file");
  }

  @Test
  void aDirectoryIsNoModule() {
    isRefused(folder, folder.toString(), "directory");
  }

  @Test
  void textIsNoModule() {
    byte[] text = "#!/bin/sh\nexit 0\n".getBytes(StandardCharsets.UTF_8);
    isRefused(Wasm.file(folder, "a.sh", text), "a.sh", "is not wasm");
  }

  @Test
  void anEmptyFileIsNoModule() {
    isRefused(Wasm.file(folder, "e.wasm", new byte[0]), "e.wasm", "empty");
  }

  @Test
  void aTruncatedModuleIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Wasm.digest(folder));
    for (int length : new int[] {4, 20, whole.length / 2, whole.length - 1}) {
      isRefused(Wasm.file(folder, "cut.wasm", Arrays.copyOf(whole, length)), "cut.wasm");
    }
  }

  @Test
  void anotherVersionIsRefused() {
    isRefused(Wasm.hex(folder, "0061736d 02000000"), "hex.wasm", "version 2");
  }

  @Test
  void nearNamesAreOfferedForAnExportThatIsNotThere() {
    Outcome.of("invoke", Wasm.digest(folder), "sha265").isRefusedSaying("sha265", "sha256");
  }

  @Test
  void anExportThatDoesNotFitSaysWhy() {
    Outcome.of("invoke", Wasm.digest(folder), "_initialize")
        .isRefusedSaying("_initialize", "() -> ()", "(i32, i32) -> i64");
  }

  @Test
  void importsThatAreNotGrantedAreListed() {
    Outcome.of("invoke", Wasm.wantsUnknownImport(folder), "f")
        .isRefusedSaying("env.f", "not granted");
  }

  @Test
  void inspectShowsAModuleThatCannotRun() {
    Outcome outcome = Outcome.of("inspect", Wasm.wantsUnknownImport(folder)).isDone();
    assertThat(outcome.text()).contains("NOT GRANTED").contains("env.f");
  }

  @Test
  void verboseShowsTheStack() {
    Outcome outcome = Outcome.of("inspect", folder.resolve("none.wasm"), "--verbose");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("millrace: ").contains("\tat io.millrace.");
  }
}
