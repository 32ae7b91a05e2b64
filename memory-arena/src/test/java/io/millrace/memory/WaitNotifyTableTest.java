package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Holds WAIT-NOTIFY.md to the tests: what it names exists, and each case stands there once. */
class WaitNotifyTableTest {

  /** Files in test262's test/built-ins/Atomics/wait and notify, bigint included. */
  private static final int TEST262_FILES = 77 + 52;

  private static final Set<String> METHODS =
      Stream.of(WaitNotifyTest.class, WaitNotifyRacesTest.class)
          .flatMap(type -> Stream.of(type.getDeclaredMethods()))
          .filter(WaitNotifyTableTest::isTest)
          .map(Method::getName)
          .collect(Collectors.toSet());

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class)
        || method.isAnnotationPresent(ParameterizedTest.class);
  }

  private static List<String[]> rows() throws IOException {
    return Files.readAllLines(Path.of("WAIT-NOTIFY.md")).stream()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(2).split(" *\\| *", -1))
        .toList();
  }

  @Test
  void eachNamedTestExists() throws IOException {
    Set<String> missing = new TreeSet<>();
    for (String[] row : rows()) {
      String by = row[3];
      if (!by.isEmpty() && !METHODS.contains(by)) {
        missing.add(by);
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void aCaseThatAppliesNamesATestAndOneThatDoesNotSaysWhy() throws IOException {
    for (String[] row : rows()) {
      if (row[2].startsWith("no: ")) {
        assertThat(row[2]).as(row[0]).hasSizeGreaterThan(8);
      } else {
        assertThat(row[2]).as(row[0]).startsWith("yes");
        assertThat(row[3]).as(row[0]).isNotEmpty();
      }
    }
  }

  @Test
  void eachCaseStandsThereOnceAndNoneIsLeftOut() throws IOException {
    Set<String> files = new HashSet<>();
    for (String[] row : rows()) {
      String directory = row[0].substring(1, row[0].indexOf('/') + 1);
      String name = row[0].substring(row[0].indexOf('/') + 1, row[0].length() - 1);
      if (!row[1].equals("bigint only")) {
        assertThat(files.add(directory + name)).as(name).isTrue();
      }
      if (!row[1].isEmpty()) {
        assertThat(files.add(directory + "bigint/" + name)).as(name).isTrue();
      }
    }
    assertThat(files).hasSize(TEST262_FILES);
  }
}
