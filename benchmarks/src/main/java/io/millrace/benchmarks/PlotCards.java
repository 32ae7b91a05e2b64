package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** The pictures of a report, each with its title, a sentence on how to read it, and its legend. */
final class PlotCards {

  private final List<String> all = new ArrayList<>();

  /**
   * Adds one.
   *
   * @param legend what its colours mean, in their order
   */
  void add(String title, String note, String plot, String... legend) {
    StringBuilder keys = new StringBuilder();
    for (int i = 0; i < legend.length; i++) {
      keys.append("<span class=\"key k").append(i).append("\">");
      keys.append(Html.escape(legend[i])).append("</span>");
    }
    all.add(
        "<section class=\"card\"><h2>"
            + Html.escape(title)
            + "</h2><p class=\"note\">"
            + Html.escape(note)
            + "</p>"
            + (legend.length == 0 ? "" : "<p class=\"keys\">" + keys + "</p>")
            + plot
            + "</section>");
  }

  /** As parts of a page, in the order in which they came. */
  List<String> all() {
    return List.copyOf(all);
  }
}
