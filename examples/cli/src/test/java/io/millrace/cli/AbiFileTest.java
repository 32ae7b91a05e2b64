package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.instance.AbiDescriptor;
import io.millrace.instance.AbiDescriptor.Input;
import io.millrace.instance.AbiDescriptor.Result;
import io.millrace.instance.AbiDescriptor.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AbiFileTest {

  private static Path file(Path folder, String text) throws IOException {
    return Files.writeString(folder.resolve("abi.json"), text);
  }

  @Test
  void whatIsLeftOutIsAsInTheFlatAbi(@TempDir Path folder) throws IOException {
    Path flat = file(folder, "{\"allocate\": \"alloc\", \"free\": \"free\"}");
    assertThat(AbiFile.read(flat)).isEqualTo(AbiDescriptor.FLAT);
  }

  @Test
  void gettersWithAStatusAreReadInFull(@TempDir Path folder) throws IOException {
    Path getters =
        file(
            folder,
            """
            {"allocate": "alloc", "input": "last-block", "result": "getters",
             "pointer": "output_ptr", "length": "output_len",
             "statuses": ["unchanged", "output", "error"], "afterCall": "dispose"}
            """);
    assertThat(AbiFile.read(getters))
        .isEqualTo(
            new AbiDescriptor(
                "alloc",
                null,
                Input.LAST_BLOCK,
                new Result.Getters(
                    "output_ptr",
                    "output_len",
                    List.of(Status.UNCHANGED, Status.OUTPUT, Status.ERROR)),
                false,
                "dispose"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|allocate is missing",
        "{\"allocate\": \"a\", \"input\": \"heap\"}|it must be one of arena, block-per-call, last-block",
        "{\"allocate\": \"a\", \"result\": \"json\"}|it must be packed, length-prefixed, out-pointer",
        "{\"allocate\": \"a\", \"result\": \"getters\"}|pointer is missing",
        "{\"allocate\": \"a\", \"freesResult\": true}|set free",
        "{\"alocate\": \"a\"}|alocate",
        "{\"allocate\": \"a\"} x|is not such a file",
        "not json|is not such a file",
      })
  void whatIsWrongIsSaidInOneLine(String text, String part, @TempDir Path folder)
      throws IOException {
    Path bad = file(folder, text);
    assertThatThrownBy(() -> AbiFile.read(bad))
        .isInstanceOf(UsageError.class)
        .hasMessageStartingWith("--abi " + bad)
        .hasMessageContaining(part)
        .satisfies(error -> assertThat(error.getMessage()).doesNotContain("\n"));
  }

  @Test
  void aMissingFileIsBadUsage(@TempDir Path folder) throws IOException {
    String none = folder.resolve("none.json").toString();
    Outcome.of("inspect", Wasm.digest(folder), "--abi", none).isRefusedSaying("--abi", "none.json");
  }

  @Test
  void theCommandsUseIt(@TempDir Path folder) throws IOException {
    Path prefixed = file(folder, "{\"allocate\": \"alloc\", \"result\": \"length-prefixed\"}");
    String text =
        Outcome.of("inspect", Wasm.digest(folder), "--abi", prefixed.toString()).isDone().text();
    assertThat(text).contains("length prefixed").contains("the ABI wants (i32, i32) -> i32");
  }
}
