package io.millrace.benchmarks;

import io.millrace.scheduler.Overflow;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How near the pool comes to its limits, and what it does beyond them. */
final class LoadPlots {

  private final ReportData data;
  private final PlotCards cards;

  LoadPlots(ReportData data, PlotCards cards) {
    this.data = data;
    this.cards = cards;
  }

  void draw() {
    scaling();
    openLoop();
    overflow();
  }

  private void scaling() {
    BarPlot plot = new BarPlot("share of the limit", false);
    String[][] rows = {
      {"scaling", "overhead.sha256.oneWorker", "SHA-256, one worker"},
      {"scaling", "overhead.sha256.allCores", "SHA-256, all cores"},
      {"scaling", "scaling.efficiency", "scaling efficiency"},
      {"memory", "sha256.flatVsStock", "SHA-256, our memory"},
    };
    for (String[] row : rows) {
      double value = data.figureOrNan(row[0], row[1]);
      if (Double.isFinite(value)) {
        plot.add(row[2], value, "×", "own");
      }
    }
    if (!plot.isEmpty()) {
      cards.add(
          "Scaling",
          "Through the pool by bare loops over the same guest; the last one by the engine's memory.",
          plot.svg());
    }
  }

  private void openLoop() {
    List<String> steps = Arrays.stream(LoadProfile.OFFERED).mapToObj(Double::toString).toList();
    double capacity = data.figureOrNan("load", "load.capacity.perSecond");
    if (Double.isFinite(capacity)) {
      double[] offered = Arrays.stream(LoadProfile.OFFERED).map(x -> x * capacity).toArray();
      cards.add(
          "Calls that come whatever happens: done",
          "An open loop over a guest of 1 ms, two workers, 64 may wait. Calls a second.",
          new LinePlot("done", "offered, by the capacity", false, steps)
              .add("s0", offers("perSecond"))
              .add("s1", Arrays.stream(offered).map(x -> Math.min(x, 2 * capacity)).toArray())
              .svg(),
          "done",
          "offered (cut at twice the capacity)");
      cards.add(
          "Calls that come whatever happens: time",
          "From the moment at which a call was meant to be sent to its reply. µs, logarithmic.",
          new LinePlot("time", "offered, by the capacity", true, steps)
              .add("s0", offers("sojourn.p50Micros"))
              .add("s1", offers("sojourn.p99Micros"))
              .svg(),
          "median",
          "99th percentile");
    }
  }

  private void overflow() {
    BarPlot plot = new BarPlot("overload", false);
    for (Overflow policy : Overflow.values()) {
      String prefix = "overload." + policy.name().toLowerCase(Locale.ROOT) + ".";
      double sent = data.figureOrNan("overload", prefix + "sent");
      if (Double.isFinite(sent)) {
        plot.add(policy.name().toLowerCase(Locale.ROOT).replace('_', ' '), sent, "", "s1");
        plot.add("", data.figureOrNan("overload", prefix + "completed"), "", "s0");
      }
    }
    if (!plot.isEmpty()) {
      cards.add(
          "Ten times the capacity, by overflow policy",
          "Every call that was sent is answered: with a reply, or that there was no room.",
          plot.svg(),
          "completed",
          "sent");
    }
  }

  private double[] offers(String what) {
    return Arrays.stream(LoadProfile.OFFERED)
        .mapToObj(x -> "load.x" + x + "." + what)
        .mapToDouble(name -> data.figureOrNan("load", name))
        .toArray();
  }
}
