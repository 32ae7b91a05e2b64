package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What was measured of starts as rows of a document: each way to start with its number. */
final class StartupTable {

  private static final String PROFILE = "startup";
  private static final String STARTS = ".starts";

  private final ReportData data;

  StartupTable(ReportData data) {
    this.data = data;
  }

  /** In the order in which they stand in the run. */
  List<String> rows() {
    List<String> rows = new ArrayList<>();
    rows.add("| start | starts | median ms | from, to ms | mean ms | P95 ms | memory MiB |");
    rows.add("|---|---|---|---|---|---|---|");
    for (String name : data.figures(PROFILE)) {
      if (name.endsWith(STARTS)) {
        rows.add(row(name.substring(0, name.length() - STARTS.length())));
      }
    }
    rows.add("");
    rows.add("| start | " + String.join(" | ", StartPlots.PARTS) + " |");
    rows.add("|---|" + "---|".repeat(StartPlots.PARTS.size()));
    for (String language : StartPlots.LANGUAGES) {
      String prefix = language + ".parts.";
      if (data.figure(PROFILE, prefix + "readMillis").isPresent()) {
        rows.add(
            StartPlots.PARTS.stream()
                .map(part -> number(prefix + part + "Millis"))
                .collect(Collectors.joining(" | ", "| " + language + ", ms | ", " |")));
      }
    }
    return rows;
  }

  /** {@code start} is a language, a way and what was timed: c.disk.firstReply. */
  private String row(String start) {
    String way = start.substring(0, start.lastIndexOf('.'));
    boolean whole = start.endsWith(".firstReply"); // memory is that of one instance
    return "| "
        + String.join(
            " | ",
            start.replace('.', ' '),
            number(start + STARTS),
            number(start + "Millis"),
            number(start + ".minMillis") + ", " + number(start + ".maxMillis"),
            number(start + ".meanMillis"),
            number(start + ".p95Millis"),
            whole ? number(way + ".memoryMiB") : "")
        + " |";
  }

  /** Empty where it was not measured. */
  private String number(String name) {
    double value = data.figureOrNan(PROFILE, name);
    return Double.isFinite(value) ? Svg.number(value) : "";
  }
}
