package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.List;

/** Where calls spend their time, and what more workers bring. */
final class CallPlots {

  private static final List<String> PARTS =
      List.of("encode", "copyIn", "guest", "copyOut", "decode");
  private static final List<String> SIZES = List.of("64B", "1KiB", "16KiB", "64KiB", "1MiB");

  private final ReportData data;
  private final PlotCards cards;

  CallPlots(ReportData data, PlotCards cards) {
    this.data = data;
    this.cards = cards;
  }

  void draw() {
    workers("cpu", "A guest that computes");
    workers("host", "A guest that waits for the host");
    for (String function : List.of("echo", "sum", "sha256")) {
      shares(function);
    }
  }

  private void workers(String guest, String title) {
    double[] rates = byWorkers(guest, "perSecond");
    if (Arrays.stream(rates).noneMatch(Double::isFinite)) {
      return;
    }
    List<String> steps = Arrays.stream(ArticleProfile.WORKERS).mapToObj(Integer::toString).toList();
    double[] ideal =
        Arrays.stream(ArticleProfile.WORKERS)
            .mapToDouble(workers -> rates[0] * (guest.equals("cpu") ? cores(workers) : workers))
            .toArray();
    cards.add(
        title + ": calls a second",
        "The same calls by 1 to 8 workers, 16 in flight.",
        new LinePlot(title, "workers", false, steps).add("s0", rates).add("s1", ideal).svg(),
        "measured",
        guest.equals("cpu") ? "one worker's rate by cores" : "one worker's rate by workers");
    cards.add(
        title + ": times",
        "Service is the guest running; sojourn is from sent to replied. µs, logarithmic.",
        new LinePlot(title, "workers", true, steps)
            .add("s0", byWorkers(guest, "service.p50Micros"))
            .add("s1", byWorkers(guest, "service.p99Micros"))
            .add("s2", byWorkers(guest, "sojourn.p50Micros"))
            .add("s3", byWorkers(guest, "sojourn.p99Micros"))
            .svg(),
        "service p50",
        "service p99",
        "sojourn p50",
        "sojourn p99");
  }

  private int cores(int workers) {
    return Math.min(workers, Math.max(1, data.root().path("machine").path("cores").asInt()));
  }

  private double[] byWorkers(String guest, String what) {
    return Arrays.stream(ArticleProfile.WORKERS)
        .mapToDouble(n -> data.figureOrNan("article-1000", guest + "." + n + "workers." + what))
        .toArray();
  }

  private void shares(String function) {
    StackPlot plot = new StackPlot("shares of a call of " + function, PARTS);
    for (String size : SIZES) {
      String prefix = function + "." + size + ".";
      double[] values =
          PARTS.stream()
              .mapToDouble(p -> data.figureOrNan("bottleneck", prefix + p + ".percent"))
              .toArray();
      if (Arrays.stream(values).allMatch(Double::isFinite)) {
        plot.add(
            size, Svg.quantity(data.figureOrNan("bottleneck", prefix + "micros"), " µs"), values);
      }
    }
    if (!plot.isEmpty()) {
      cards.add(
          "Where a call of " + function + " spends its time",
          "Each bar is a whole call; its time stands beside it.",
          plot.svg(),
          PARTS.toArray(String[]::new));
    }
  }
}
