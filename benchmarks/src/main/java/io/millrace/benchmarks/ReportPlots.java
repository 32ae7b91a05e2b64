package io.millrace.benchmarks;

import java.util.List;

/** The pictures of a report; one that has nothing to show is left out. */
final class ReportPlots {

  private ReportPlots() {}

  static List<String> cards(ReportData data) {
    PlotCards cards = new PlotCards();
    new PeerPlots(data, cards).draw();
    new CallPlots(data, cards).draw();
    new StartPlots(data, cards).draw();
    new LoadPlots(data, cards).draw();
    return cards.all();
  }
}
