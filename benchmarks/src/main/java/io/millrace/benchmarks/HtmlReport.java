package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** One page that tells a run: who is ahead, the plots, every figure, where it was measured. */
final class HtmlReport {

  private static final String STYLE = "report.css";

  private final ReportData data;
  private final StringBuilder out = new StringBuilder();
  private final HtmlFigures figures;

  HtmlReport(ReportData data) {
    this.data = data;
    figures = new HtmlFigures(data, out);
  }

  String page() {
    out.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .append("<meta name=\"color-scheme\" content=\"light dark\">")
        .append("<title>Millrace benchmarks</title><style>")
        .append(style())
        .append("</style></head><body><main>");
    head();
    warnings();
    if (data.has("peers")) {
      standings();
    }
    ReportPlots.cards(data).forEach(out::append);
    figures.section();
    facts();
    out.append("</main></body></html>\n");
    return out.toString();
  }

  private static String style() {
    try (InputStream in =
        Objects.requireNonNull(HtmlReport.class.getResourceAsStream(STYLE), STYLE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private void head() {
    JsonNode machine = data.root().path("machine");
    out.append("<header><h1>Millrace benchmarks</h1><p class=\"sub\">");
    text(
        machine.path("cores").asInt()
            + " cores · "
            + machine.path("os").asText()
            + " · "
            + machine.path("java").asText()
            + " · "
            + data.root().path("effort").asText()
            + " run");
    out.append("</p><p class=\"chips\">");
    for (String profile : data.profiles()) {
      JsonNode node = data.root().path("profiles").path(profile);
      boolean valid = node.path("valid").asBoolean();
      int uncertain = data.uncertain(profile).size();
      out.append("<span class=\"chip ").append(valid ? "good" : "bad").append("\" title=\"");
      text(valid ? "valid" : node.path("why").asText());
      out.append("\">");
      text(
          (valid ? "✓ " : "✗ ")
              + profile
              + (uncertain == 0 ? "" : ", " + uncertain + " uncertain"));
      out.append("</span>");
    }
    out.append("</p></header>");
  }

  private void warnings() {
    List<String> all = new ArrayList<>(data.warnings());
    for (String profile : data.profiles()) { // a chip's title is not for those on a phone
      JsonNode node = data.root().path("profiles").path(profile);
      if (!node.path("valid").asBoolean()) {
        all.add(profile + " is not valid: " + node.path("why").asText());
      }
    }
    if (!all.isEmpty()) {
      out.append("<section class=\"card wide warn\"><h2>What this run warns of</h2><ul>");
      for (String each : all) {
        out.append("<li>");
        text(each);
        out.append("</li>");
      }
      out.append("</ul></section>");
    }
  }

  private void standings() {
    out.append("<section class=\"card wide\"><h2>Where Millrace is ahead, and where behind</h2>")
        .append("<p class=\"note\">Millrace's calls a second by those of the other: above 1 ")
        .append("Millrace is ahead. And the 99th percentile of the time of Millrace's calls by ")
        .append("that of the other's: below 1 Millrace is ahead. The same guest and payload, two ")
        .append("workers, as many calls in flight, measured in turn. The limits do without a ")
        .append("thread hop, so nobody who has one can be ahead of them. Ahead or behind is said ")
        .append("where a sign test over the pairs has a confidence of 95 %. Uncertain: that ")
        .append("stands, but not by how much; open: chance may have it; even: neither, and the ")
        .append("pairs agree.</p>")
        .append("<div class=\"scroll\"><table><thead><tr><th rowspan=\"2\">against</th>");
    for (PeerCall call : PeerCall.values()) {
      out.append("<th colspan=\"2\">").append(call.title()).append("</th>");
    }
    out.append("</tr><tr>");
    for (int i = 0; i < PeerCall.values().length; i++) {
      out.append("<th>calls/s</th><th>p99 of a call's time</th>");
    }
    out.append("</tr></thead><tbody>");
    List<PeerStanding> all = PeerStanding.all(data);
    for (PeerKind peer : PeerKind.values()) {
      List<PeerStanding> mine = all.stream().filter(each -> each.peer() == peer).toList();
      if (!mine.isEmpty()) {
        out.append("<tr><th>");
        text(peer.title());
        out.append("</th>");
        for (PeerCall call : PeerCall.values()) {
          Optional<PeerStanding> one = mine.stream().filter(e -> e.call() == call).findFirst();
          one.ifPresentOrElse(
              each -> {
                cell(each.rate());
                cell(each.p99());
              },
              () -> out.append("<td>–</td><td>–</td>"));
        }
        out.append("</tr>");
      }
    }
    out.append("</tbody></table></div>");
    figures.notes("peers");
    out.append("</section>");
  }

  private void cell(PeerStanding.Verdict verdict) {
    String style = verdict.standing().name().toLowerCase(Locale.ROOT);
    out.append("<td class=\"").append(style).append("\">");
    text(Double.isFinite(verdict.ratio()) ? Svg.number(verdict.ratio()) + "×" : "–");
    out.append(" <small>").append(verdict.words()).append("</small></td>");
  }

  private void facts() {
    JsonNode machine = data.root().path("machine");
    out.append("<section class=\"card wide\"><h2>Where it was measured</h2><div class=\"scroll\">")
        .append("<table>");
    for (String name : List.of("command", "commit", "seed", "effort", "seconds")) {
      fact(name, data.root().path(name));
    }
    machine.properties().forEach(each -> fact(each.getKey(), each.getValue()));
    out.append("</table></div><details><summary>Raw JSON</summary><pre>");
    text(data.root().toPrettyString());
    out.append("</pre></details></section>");
  }

  private void fact(String name, JsonNode value) {
    out.append("<tr><th>");
    text(name);
    out.append("</th><td class=\"words\">");
    text(words(value));
    out.append("</td></tr>");
  }

  private static String words(JsonNode value) {
    if (!value.isArray()) {
      return value.asText();
    }
    StringBuilder all = new StringBuilder();
    value.forEach(each -> all.append(all.isEmpty() ? "" : " · ").append(each.asText()));
    return all.toString();
  }

  private void text(String text) {
    out.append(Html.escape(text));
  }
}
