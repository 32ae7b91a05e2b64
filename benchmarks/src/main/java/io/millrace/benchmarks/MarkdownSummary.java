package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What a run says, in short, for a terminal or a review. */
final class MarkdownSummary {

  private final ReportData data;
  private final StringBuilder text = new StringBuilder();

  MarkdownSummary(ReportData data) {
    this.data = data;
  }

  String text() {
    data.warnings().forEach(each -> line("\n> warning: %s", each));
    text.append("\n| profile | valid | figures |\n|---|---|---|\n");
    for (String profile : data.profiles()) {
      JsonNode node = data.root().path("profiles").path(profile);
      line("| %s | %s | %d |", profile, validity(profile), node.path("figures").size());
    }
    if (data.has("peers")) {
      text.append("\n| Millrace against | call | throughput | p99 |\n|---|---|---|---|\n");
      for (PeerStanding each : PeerStanding.all(data)) {
        line(
            "| %s | %s | %s | %s |",
            each.peer().title(), each.call().word(), words(each.rate()), words(each.p99()));
      }
    }
    if (data.has("article-1000")) {
      text.append("\n| workers | CPU-bound speed-up | host-bound speed-up |\n|---|---|---|\n");
      for (int workers : ArticleProfile.WORKERS) {
        if (workers > 1) {
          line("| %d | %s | %s |", workers, speedUp("cpu", workers), speedUp("host", workers));
        }
      }
    }
    return text.toString();
  }

  private String speedUp(String guest, int workers) {
    OptionalDouble figure = data.figure("article-1000", guest + ".speedUp." + workers + "workers");
    return figure.isPresent() ? String.format(Locale.ROOT, "%.2f", figure.getAsDouble()) : "";
  }

  /** Whether a profile can be trusted, and what in it is not certain. */
  private String validity(String profile) {
    JsonNode node = data.root().path("profiles").path(profile);
    List<String> uncertain = data.uncertain(profile);
    return (node.path("valid").asBoolean() ? "yes" : "no: " + node.path("why").asText())
        + (uncertain.isEmpty() ? "" : "; uncertain: " + String.join(", ", uncertain));
  }

  private static String words(PeerStanding.Verdict verdict) {
    return Double.isFinite(verdict.ratio())
        ? String.format(Locale.ROOT, "%.2fx %s", verdict.ratio(), verdict.words())
        : "";
  }

  private void line(String format, Object... args) {
    text.append(String.format(Locale.ROOT, format, args)).append('\n');
  }
}
