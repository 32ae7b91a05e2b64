package io.millrace.benchmarks;

import java.util.List;
import java.util.Locale;

/** Writes pictures that scale with the page and take their colours from it. */
final class Svg {

  /** Narrow, so that its text can be read where the page is as narrow as a phone. */
  static final int WIDTH = 360;

  private final StringBuilder out = new StringBuilder();

  Svg(int height, String title) {
    add(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
        WIDTH, height, Html.escape(title));
  }

  /** Adds a rectangle that tells its value to whoever points at it. */
  Svg rect(double x, double y, double width, double height, String style, String tip) {
    return add(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" class=\"%s\">"
            + "<title>%s</title></rect>",
        x, y, Math.max(0.5, width), height, style, Html.escape(tip));
  }

  Svg text(double x, double y, String anchor, String style, String text) {
    return add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>",
        x, y, anchor, style, Html.escape(text));
  }

  Svg line(double x1, double y1, double x2, double y2, String style) {
    return add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>",
        x1, y1, x2, y2, style);
  }

  Svg dot(double x, double y, String style, String tip) {
    return add(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" class=\"%s\"><title>%s</title></circle>",
        x, y, style, Html.escape(tip));
  }

  /** Joins points given as x, y pairs. */
  Svg path(List<double[]> points, String style) {
    StringBuilder d = new StringBuilder();
    for (double[] each : points) {
      d.append(
          String.format(Locale.ROOT, "%s%.1f %.1f", d.isEmpty() ? "M" : "L", each[0], each[1]));
    }
    return add("<path d=\"%s\" class=\"%s\"/>", d, style);
  }

  String end() {
    return out.append("</svg>").toString();
  }

  private Svg add(String format, Object... args) {
    out.append(String.format(Locale.ROOT, format, args));
    return this;
  }

  /** A number as short as it can be told: 1.20 M, 350 k, 4.10, 0.0034. */
  static String number(double value) {
    double size = Math.abs(value);
    if (size >= 1e6) {
      return three(value / 1e6) + " M";
    }
    if (size >= 1e4) {
      return three(value / 1e3) + " k";
    }
    // Shares that are small are told apart, too.
    return value != 0 && size < 0.1 ? String.format(Locale.ROOT, "%.2g", value) : three(value);
  }

  /** With a unit; of those of time the one that fits. */
  static String quantity(double value, String unit) {
    return switch (unit) {
      case " µs" -> value < 1e3 ? number(value) + unit : quantity(value / 1e3, " ms");
      case " ms" -> value < 1e4 ? number(value) + unit : number(value / 1e3) + " s";
      default -> number(value) + unit;
    };
  }

  private static String three(double value) {
    double size = Math.abs(value);
    int decimals = size >= 100 || value == Math.rint(value) ? 0 : size >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
