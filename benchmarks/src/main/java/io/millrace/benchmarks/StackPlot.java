package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Bars that are made of parts, all of them as long as the whole. */
final class StackPlot {

  private static final int LABEL = 96;
  private static final int TOTAL = 58;
  private static final int ROW = 24;

  private final String title;
  private final List<String> parts;
  private final List<Row> rows = new ArrayList<>();

  @SuppressWarnings("ArrayRecordComponent")
  private record Row(String label, String total, double[] values) {}

  StackPlot(String title, List<String> parts) {
    this.title = title;
    this.parts = parts;
  }

  StackPlot add(String label, String total, double... values) {
    rows.add(new Row(label, total, values));
    return this;
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  String svg() {
    Svg svg = new Svg(8 + ROW * rows.size(), title);
    double y = 4;
    for (Row row : rows) {
      svg.text(LABEL - 6, y + 15, "end", "label", row.label);
      double all = 0;
      for (double each : row.values) {
        all += each;
      }
      double x = LABEL;
      for (int i = 0; i < row.values.length && all > 0; i++) {
        double width = (Svg.WIDTH - LABEL - TOTAL) * row.values[i] / all;
        if (width > 0) {
          String tip =
              row.label + ": " + parts.get(i) + " " + Svg.number(100 * row.values[i] / all) + " %";
          svg.rect(x, y + 3, width, ROW - 7, "s" + i, tip);
        }
        x += width;
      }
      svg.text(Svg.WIDTH - TOTAL + 5, y + 15, "start", "value", row.total);
      y += ROW;
    }
    return svg.end();
  }
}
