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
    limits();
    memory();
    openLoop();
    overflow();
  }

  /** What one guest at a time leaves of its speed, and all cores' together: on one axis. */
  private void limits() {
    BarPlot plot = new BarPlot("share of bare loops", false);
    plot.addIfMeasured("one worker", data.figureOrNan("scaling", "overhead.sha256.oneWorker"));
    plot.addIfMeasured("all cores", data.figureOrNan("scaling", "overhead.sha256.allCores"));
    if (!plot.isEmpty()) {
      cards.add(
          "Share of the guests' own speed",
          "SHA-256 of 1 KiB: calls a second through the pool by those of bare loops over the same"
              + " guest on as many threads. 1 is all of it.",
          plot.svg());
    }
  }

  private void scaling() {
    double[] computes = speedUps("cpu");
    double[] waits = speedUps("host");
    if (Double.isNaN(computes[1]) && Double.isNaN(waits[1])) {
      return;
    }
    int cores = Math.max(1, data.root().path("machine").path("cores").asInt());
    List<String> steps = Arrays.stream(ArticleProfile.WORKERS).mapToObj(Integer::toString).toList();
    double[] workers = Arrays.stream(ArticleProfile.WORKERS).asDoubleStream().toArray();
    cards.add(
        "Scaling: speed-up by workers",
        "Calls a second by those of one worker. A guest that computes can gain as much as there are"
            + " cores, here "
            + cores
            + "; one that waits for the host as much as there are workers.",
        new LinePlot("speed-up", "workers", false, steps)
            .add("s0", computes)
            .add("s1", waits)
            .add("s2", workers)
            .add("s3", Arrays.stream(workers).map(n -> Math.min(n, cores)).toArray())
            .svg(),
        "a guest that computes",
        "a guest that waits",
        "as many as workers",
        "as many as cores");
  }

  /** One worker's is 1 by what it is; the others are ratios of pairs. */
  private double[] speedUps(String guest) {
    return Arrays.stream(ArticleProfile.WORKERS)
        .mapToDouble(
            n -> n == 1 ? 1 : data.figureOrNan("article-1000", guest + ".speedUp." + n + "workers"))
        .toArray();
  }

  private void memory() {
    BarPlot plot = new BarPlot("our memory by the engine's", false);
    plot.addIfMeasured("SHA-256 of 1 KiB", data.figureOrNan("memory", "sha256.flatVsStock"));
    plot.addIfMeasured("sum of 64 KiB", data.figureOrNan("memory", "sum.flatVsStock"));
    if (!plot.isEmpty()) {
      cards.add(
          "Guest code on our memory",
          "Calls a second on flat memory by those on the engine's own. Above 1 ours is faster.",
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
      cards.add(
          "Calls that come whatever happens: rejected",
          "Per cent of the calls that were sent and found no room. They are in no other figure.",
          new LinePlot("rejected", "offered, by the capacity", false, steps)
              .add("s0", Arrays.stream(offers("rejectedShare")).map(x -> 100 * x).toArray())
              .svg());
    }
  }

  private void overflow() {
    StackPlot plot =
        new StackPlot("ten times the capacity", List.of("completed", "rejected", "too late"));
    for (Overflow policy : Overflow.values()) {
      String word = policy.name().toLowerCase(Locale.ROOT);
      String prefix = "overload." + word + ".";
      double sent = data.figureOrNan("overload", prefix + "sent");
      double rejected = data.figureOrNan("overload", prefix + "rejectedShare");
      if (sent > 0 && Double.isFinite(rejected)) {
        plot.add(
            word.replace('_', ' '),
            Svg.number(sent),
            data.figureOrNan("overload", prefix + "completed") / sent,
            rejected,
            data.figureOrNan("overload", prefix + "expired") / sent);
      }
    }
    if (!plot.isEmpty()) {
      cards.add(
          "Ten times the capacity, by overflow policy",
          "What became of the calls that were sent, whose number stands beside."
              + unanswered()
              + " Wait asks for no more than there is room for, so it sends fewer.",
          plot.svg(),
          "completed",
          "rejected",
          "too late");
    }
  }

  /** Of all policies together, which is how it is counted. */
  private String unanswered() {
    double unanswered = data.figureOrNan("overload", "overload.unanswered");
    return Double.isFinite(unanswered)
        ? " Without any answer, not even that there was no room: " + Svg.number(unanswered) + "."
        : "";
  }

  private double[] offers(String what) {
    return Arrays.stream(LoadProfile.OFFERED)
        .mapToObj(x -> "load.x" + x + "." + what)
        .mapToDouble(name -> data.figureOrNan("load", name))
        .toArray();
  }
}
