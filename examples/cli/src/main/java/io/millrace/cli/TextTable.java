package io.millrace.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Text in aligned columns, each as wide as its longest cell; titles stand by themselves. */
final class TextTable {

  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /** A line of its own, which widens no column; its rows follow, indented. */
  TextTable title(String text) {
    rows.add(List.of(text));
    return this;
  }

  TextTable row(String... cells) {
    List<String> row = new ArrayList<>();
    row.add("");
    row.addAll(List.of(cells));
    rows.add(row);
    return this;
  }

  /** All lines; without spaces at their ends. */
  String text() {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 1; i < row.size() - 1; i++) { // nothing stands behind a last cell
        while (widths.size() < i) {
          widths.add(0);
        }
        widths.set(i - 1, Math.max(widths.get(i - 1), row.get(i).length()));
      }
    }
    return rows.stream()
        .map(row -> line(row, widths).stripTrailing() + "\n")
        .collect(Collectors.joining());
  }

  private static String line(List<String> row, List<Integer> widths) {
    StringBuilder line = new StringBuilder(row.get(0));
    for (int i = 1; i < row.size(); i++) {
      line.append(GAP).append(row.get(i));
      if (i < row.size() - 1) {
        line.append(" ".repeat(widths.get(i - 1) - row.get(i).length()));
      }
    }
    return line.toString();
  }
}
