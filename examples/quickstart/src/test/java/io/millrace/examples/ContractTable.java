package io.millrace.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** How many checks each function of each guest passed. Any thread. */
final class ContractTable {

  private static final List<String> FUNCTIONS =
      List.of(
          "echo",
          "sha256",
          "hmac-sha256",
          "json",
          "jwt",
          "counter",
          "spin",
          "trap",
          "grow",
          "wasi");

  private final Map<String, Map<String, Integer>> passed = new ConcurrentHashMap<>();

  void passed(ContractRow row, String function) {
    passed
        .computeIfAbsent(row.toString(), added -> new ConcurrentHashMap<>())
        .merge(function, 1, Integer::sum);
  }

  /** What no check has passed of: each function of each row should have some. */
  List<String> emptyCells(Stream<ContractRow> rows) {
    return rows.flatMap(
            row ->
                FUNCTIONS.stream()
                    .filter(
                        each -> !passed.getOrDefault(row.toString(), Map.of()).containsKey(each))
                    .map(each -> row + ": " + each))
        .toList();
  }

  /** In the test's own output, which the report shows, and beside it. */
  void publish(Path file) throws IOException {
    StringBuilder text = new StringBuilder("Checks passed, guest x function\n\n");
    text.append(String.format("%-28s", "guest"));
    FUNCTIONS.forEach(each -> text.append(String.format("%13s", each)));
    text.append('\n');
    new TreeMap<>(passed)
        .forEach(
            (row, counts) -> {
              text.append(String.format("%-28s", row));
              FUNCTIONS.forEach(
                  each -> text.append(String.format("%13d", counts.getOrDefault(each, 0))));
              text.append('\n');
            });
    System.out.println(text);
    Files.writeString(file, text);
  }
}
