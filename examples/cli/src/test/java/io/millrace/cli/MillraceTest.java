package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MillraceTest {

  @Test
  void aloneItSaysWhatItCanDo() {
    Outcome.of()
        .isRefusedSaying("millrace demo", "millrace invoke", "millrace inspect", "millrace --help");
  }

  @Test
  void offersTheNearestCommand() {
    Outcome.of("inspct", "a.wasm").isRefusedSaying("'inspct'", "inspect", "millrace --help");
  }

  @Test
  void namesAnUnknownOption() {
    Outcome.of("demo", "--wrkers", "3").isRefusedSaying("--wrkers", "see millrace demo --help");
  }

  @Test
  void namesAMissingParameter() {
    Outcome.of("invoke", "a.wasm").isRefusedSaying("FUNCTION", "see millrace invoke --help");
    Outcome.of("inspect").isRefusedSaying("MODULE", "see millrace inspect --help");
  }

  @Test
  void refusesNumbersThatAreNone() {
    Outcome.of("demo", "--workers", "many").isRefusedSaying("--workers", "many");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--workers", "--inbox", "--count"})
  void refusesNumbersBelowOne(String option) {
    Outcome.of("demo", option, "0").isRefusedSaying(option + " is 0", "1 or more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10", "2 seconds", "-1s", "s", "1.5s", "99999999999999999h"})
  void refusesDurationsThatAreNone(String duration) {
    Outcome.of("invoke", "a.wasm", "f", "--deadline", duration)
        .isRefusedSaying("--deadline", "'" + duration + "'", "see millrace invoke --help");
  }

  @Test
  void refusesAnUnknownFrameAndListsTheOthers() {
    Outcome.of("invoke", "a.wasm", "f", "--frame", "csv")
        .isRefusedSaying("'csv'", "lines, whole, length-prefixed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "invoke", "inspect"})
  void eachCommandHasHelpWithAnExample(String command) {
    assertThat(Outcome.of(command, "--help").isDone().text())
        .startsWith("Usage: millrace " + command)
        .contains("Example: ", "millrace " + command, "--verbose");
  }

  @Test
  void helpListsCommandsAndExitCodes() {
    assertThat(Outcome.of("--help").isDone().text())
        .contains("demo", "invoke", "inspect", "Exit codes: 0 done");
  }

  @Test
  void tellsItsVersion() {
    assertThat(Outcome.of("--version").isDone().text())
        .startsWith("millrace ")
        .contains("Java " + System.getProperty("java.version"));
  }
}
