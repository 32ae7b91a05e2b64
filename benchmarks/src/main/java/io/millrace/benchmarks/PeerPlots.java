package io.millrace.benchmarks;

/** How fast all peers are, and how long a call takes each. */
final class PeerPlots {

  private final ReportData data;
  private final PlotCards cards;

  PeerPlots(ReportData data, PlotCards cards) {
    this.data = data;
    this.cards = cards;
  }

  void draw() {
    for (PeerCall call : PeerCall.values()) {
      String title = call.title();
      String what = Character.toUpperCase(title.charAt(0)) + title.substring(1);
      rates(call, what);
      times(call, what);
    }
  }

  private void rates(PeerCall call, String what) {
    BarPlot plot = new BarPlot(what + ": calls a second", true);
    for (PeerKind peer : PeerKind.values()) {
      double value = data.figureOrNan("peers", call.word() + "." + peer.word() + ".perSecond");
      if (Double.isFinite(value)) {
        plot.add(peer.label(), value, "", style(peer));
      }
    }
    if (!plot.isEmpty()) {
      cards.add(what + ": calls a second", "Longer is better; logarithmic.", plot.svg());
    }
  }

  private void times(PeerCall call, String what) {
    BarPlot plot = new BarPlot(what + ": microseconds of a call", true);
    for (PeerKind peer : PeerKind.values()) {
      String prefix = call.word() + "." + peer.word();
      double p50 = data.figureOrNan("peers", prefix + ".p50Micros");
      double p99 = data.figureOrNan("peers", prefix + ".p99Micros");
      if (Double.isFinite(p50) && Double.isFinite(p99)) {
        plot.add(peer.label(), p50, " µs", "s0");
        plot.add("", p99, " µs", "s1");
      }
    }
    if (!plot.isEmpty()) {
      cards.add(
          what + ": time of a call",
          "From sent to replied. Shorter is better; logarithmic.",
          plot.svg(),
          "median",
          "99th percentile");
    }
  }

  private static String style(PeerKind peer) {
    return peer.isOwn() ? "own" : peer.isLimit() ? "limit" : "other";
  }
}
