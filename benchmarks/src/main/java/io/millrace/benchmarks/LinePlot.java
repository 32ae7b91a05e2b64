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
    List<Double> ticks = ticks();
    double least = ticks.get(0);
    double most = ticks.get(ticks.size() - 1);
    for (double value : ticks) {
      double y = y(share(value, least, most));
      svg.line(LEFT, y, Svg.WIDTH - RIGHT, y, "grid");
      svg.text(LEFT - 6, y + 4, "end", "axis", axis(value));
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

  /** Round numbers, the first at or below all values, the last at or above. */
  private List<Double> ticks() {
    double most = values().max().orElse(1);
    double least = values().filter(value -> value > 0).min().orElse(1);
    List<Double> ticks = new ArrayList<>();
    if (logarithmic) {
      double tick = roundDown(least);
      while (tick < most) {
        ticks.add(tick);
        tick = next(tick);
      }
      ticks.add(tick);
      if (ticks.size() == 1) { // one value, and a round one
        ticks.add(next(tick));
      }
      return ticks;
    }
    double step = roundDown(Math.max(most, Double.MIN_NORMAL) / 4);
    for (double tick = 0; tick < most + step; tick += step) {
      ticks.add(tick);
    }
    return ticks;
  }

  /** 1, 2 or 5 with zeros, whichever is the last not above {@code value}. */
  private static double roundDown(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    double digit = value / power;
    return power * (digit < 2 ? 1 : digit < 5 ? 2 : 5);
  }

  private static double next(double round) {
    return roundDown(2.6 * round); // 1, 2, 5, 10
  }

  private static String axis(double value) {
    return value >= 1e4 ? number(value / 1e3) + " k" : number(value);
  }

  private static String number(double round) {
    return round == Math.rint(round) ? Long.toString((long) round) : Svg.number(round);
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
