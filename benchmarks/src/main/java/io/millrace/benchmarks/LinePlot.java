package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/** Lines over steps that have names; from zero, or on a logarithmic scale. */
final class LinePlot {

  private static final int HEIGHT = 250;
  private static final int LEFT = 52;
  private static final int RIGHT = 12;
  private static final int TOP = 14;
  private static final int BOTTOM = 40;

  private final String title;
  private final String xTitle;
  private final boolean logarithmic;
  private final List<String> steps;
  private final List<Line> lines = new ArrayList<>();

  @SuppressWarnings("ArrayRecordComponent")
  private record Line(String style, double[] values) {}

  LinePlot(String title, String xTitle, boolean logarithmic, List<String> steps) {
    this.title = title;
    this.xTitle = xTitle;
    this.logarithmic = logarithmic;
    this.steps = steps;
  }

  /** Not a number where there is none. */
  LinePlot add(String style, double... values) {
    lines.add(new Line(style, values));
    return this;
  }

  String svg() {
    Svg svg = new Svg(HEIGHT, title);
    double most = values().max().orElse(1);
    double least = logarithmic ? values().filter(v -> v > 0).min().orElse(1) : 0;
    most = most <= least ? least + 1 : most;
    for (int i = 0; i <= 4; i++) {
      double share = i / 4.0;
      double value =
          logarithmic ? least * Math.pow(most / least, share) : least + share * (most - least);
      double y = y(share);
      svg.line(LEFT, y, Svg.WIDTH - RIGHT, y, "grid");
      svg.text(LEFT - 6, y + 4, "end", "axis", Svg.number(value));
    }
    for (int step = 0; step < steps.size(); step++) {
      svg.text(x(step), HEIGHT - BOTTOM + 16, "middle", "axis", steps.get(step));
    }
    svg.text((LEFT + Svg.WIDTH - RIGHT) / 2.0, HEIGHT - 6, "middle", "axis", xTitle);
    for (Line line : lines) {
      List<double[]> points = new ArrayList<>();
      for (int step = 0; step < line.values.length; step++) {
        if (Double.isFinite(line.values[step])) {
          points.add(new double[] {x(step), y(share(line.values[step], least, most))});
        }
      }
      svg.path(points, "line " + line.style);
      for (int step = 0; step < line.values.length; step++) {
        if (Double.isFinite(line.values[step])) {
          svg.dot(
              x(step),
              y(share(line.values[step], least, most)),
              line.style,
              steps.get(step) + ": " + Svg.number(line.values[step]));
        }
      }
    }
    return svg.end();
  }

  private DoubleStream values() {
    return lines.stream()
        .flatMapToDouble(each -> DoubleStream.of(each.values))
        .filter(Double::isFinite);
  }

  private double share(double value, double least, double most) {
    return logarithmic
        ? Math.log(Math.max(value, least) / least) / Math.log(most / least)
        : (value - least) / (most - least);
  }

  private double x(int step) {
    double width = Svg.WIDTH - LEFT - RIGHT - 40.0;
    return LEFT + 20 + (steps.size() < 2 ? width / 2 : width * step / (steps.size() - 1));
  }

  private static double y(double share) {
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }
}
