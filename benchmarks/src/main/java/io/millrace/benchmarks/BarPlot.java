package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/** Rows of bars, one below the other, each with its value written out. */
final class BarPlot {

  private static final int LABEL = 152;
  private static final int VALUE = 60;
  private static final int WHOLE = Svg.WIDTH - LABEL - VALUE;
  private static final int ROW = 22;
  private static final int GAP = 10;

  private final String title;
  private final boolean logarithmic;
  private final List<Row> rows = new ArrayList<>();

  /**
   * A bar; one without a label belongs to the one above.
   *
   * @param low of the range that a line over it shows; not a number where there is none
   */
  private record Row(
      String label, double value, String unit, String style, double low, double high) {}

  BarPlot(String title, boolean logarithmic) {
    this.title = title;
    this.logarithmic = logarithmic;
  }

  BarPlot add(String label, double value, String unit, String style) {
    return add(label, value, unit, style, Double.NaN, Double.NaN);
  }

  /** A ratio, unless it is not a number. */
  void addIfMeasured(String label, double ratio) {
    if (Double.isFinite(ratio)) {
      add(label, ratio, "×", "own");
    }
  }

  /** With a line from the least to the greatest of what the value is the median of. */
  BarPlot add(String label, double value, String unit, String style, double low, double high) {
    rows.add(new Row(label, value, unit, style, low, high));
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
    double most = values().max().orElse(1);
    double least = values().filter(v -> v > 0).min().orElse(most);
    double y = 4;
    for (Row row : rows) {
      y += row.label.isEmpty() ? 0 : GAP / 2.0;
      double width = WHOLE * share(row.value, least, most);
      String value = Svg.quantity(row.value, row.unit);
      svg.text(LABEL - 6, y + 14, "end", "label", row.label);
      svg.rect(LABEL, y + 3, width, ROW - 7, row.style, row.label + " " + value);
      double end = width;
      if (Double.isFinite(row.low) && row.high > row.low) {
        end = WHOLE * share(row.high, least, most);
        double middle = y + 3 + (ROW - 7) / 2.0;
        svg.line(LABEL + WHOLE * share(row.low, least, most), middle, LABEL + end, middle, "range");
      }
      svg.text(LABEL + Math.max(0.5, end) + 5, y + 14, "start", "value", value);
      y += ROW;
    }
    return svg.end();
  }

  private DoubleStream values() {
    return rows.stream()
        .flatMapToDouble(row -> DoubleStream.of(row.value, row.low, row.high))
        .filter(Double::isFinite);
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
