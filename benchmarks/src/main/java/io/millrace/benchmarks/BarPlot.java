package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Rows of bars, one below the other, each with its value written out. */
final class BarPlot {

  private static final int LABEL = 152;
  private static final int VALUE = 60;
  private static final int ROW = 22;
  private static final int GAP = 10;

  private final String title;
  private final boolean logarithmic;
  private final List<Row> rows = new ArrayList<>();

  /** A bar; one without a label belongs to the one above. */
  private record Row(String label, double value, String unit, String style) {}

  BarPlot(String title, boolean logarithmic) {
    this.title = title;
    this.logarithmic = logarithmic;
  }

  BarPlot add(String label, double value, String unit, String style) {
    rows.add(new Row(label, value, unit, style));
    return this;
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  String svg() {
    int height = 8;
    for (Row row : rows) {
      height += ROW + (row.label.isEmpty() ? 0 : GAP / 2);
    }
    Svg svg = new Svg(height, title);
    double most = rows.stream().mapToDouble(Row::value).max().orElse(1);
    double least = rows.stream().mapToDouble(Row::value).filter(v -> v > 0).min().orElse(most);
    double y = 4;
    for (Row row : rows) {
      y += row.label.isEmpty() ? 0 : GAP / 2.0;
      double width = (Svg.WIDTH - LABEL - VALUE) * share(row.value, least, most);
      String value = Svg.quantity(row.value, row.unit);
      svg.text(LABEL - 6, y + 14, "end", "label", row.label);
      svg.rect(LABEL, y + 3, width, ROW - 7, row.style, row.label + " " + value);
      svg.text(LABEL + Math.max(0.5, width) + 5, y + 14, "start", "value", value);
      y += ROW;
    }
    return svg.end();
  }

  /** On a logarithmic scale the smallest still has a tenth, so that it is seen. */
  private double share(double value, double least, double most) {
    if (value <= 0 || most <= 0) {
      return 0;
    }
    if (!logarithmic || most <= least) {
      return value / most;
    }
    return 0.1 + 0.9 * Math.log(value / least) / Math.log(most / least);
  }
}
