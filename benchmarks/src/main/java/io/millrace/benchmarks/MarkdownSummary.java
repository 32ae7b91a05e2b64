package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.benchmarks.ReportData.Standing;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
    if (data.has("peers")) {
      standings();
    }
    if (data.has("article-1000")) {
      text.append("\n| workers | CPU-bound speed-up | host-bound speed-up |\n|---|---|---|\n");
      for (int workers : ArticleProfile.WORKERS) {
        if (workers > 1) {
          line("| %d | %s | %s |", workers, speedUp("cpu", workers), speedUp("host", workers));
        }
      }
      line("\nCalls a second of so many workers by those of one worker.");
    }
    text.append("\n| profile | valid | figures | uncertain |\n|---|---|---|---|\n");
    for (String profile : data.profiles()) {
      JsonNode node = data.root().path("profiles").path(profile);
      boolean valid = node.path("valid").asBoolean();
      line(
          "| %s | %s | %d | %d |",
          profile,
          valid ? "yes" : "no: " + node.path("why").asText(),
          node.path("figures").size(),
          data.uncertain(profile).size());
    }
    line("\n%s", ReportData.TRUST);
    return text.toString();
  }

  /** First of all, and with those in bold that we are behind. */
  private void standings() {
    text.append("\n| Millrace against |");
    for (PeerCall call : PeerCall.values()) {
      text.append(' ').append(call.title()).append(": calls/s | p99 of its time |");
    }
    text.append("\n|---|---|---|---|---|\n");
    List<PeerStanding> all = PeerStanding.all(data);
    for (PeerKind peer : PeerKind.values()) {
      List<PeerStanding> mine = all.stream().filter(each -> each.peer() == peer).toList();
      if (!mine.isEmpty()) {
        text.append("| ").append(peer.title()).append(" |");
        for (PeerCall call : PeerCall.values()) {
          Optional<PeerStanding> one = mine.stream().filter(e -> e.call() == call).findFirst();
          text.append(one.map(each -> cell(each.rate()) + cell(each.p99())).orElse("  |  |"));
        }
        text.append('\n');
      }
    }
    line("\nMillrace's by the other's: of calls a second above 1 Millrace is ahead, of the 99th");
    line("percentile of a call's time below 1.");
  }

  private static String cell(PeerStanding.Verdict verdict) {
    if (!Double.isFinite(verdict.ratio())) {
      return "  |";
    }
    String words = Svg.number(verdict.ratio()) + "x " + verdict.words();
    return verdict.standing() == Standing.BEHIND ? " **" + words + "** |" : " " + words + " |";
  }

  private String speedUp(String guest, int workers) {
    OptionalDouble figure = data.figure("article-1000", guest + ".speedUp." + workers + "workers");
    return figure.isPresent() ? String.format(Locale.ROOT, "%.2f", figure.getAsDouble()) : "";
  }

  private void line(String format, Object... args) {
    text.append(String.format(Locale.ROOT, format, args)).append('\n');
  }
}
