package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Every figure of a run, profile by profile, and what their names mean, as a part of a page. */
final class HtmlFigures {

  private final ReportData data;
  private final StringBuilder out;

  HtmlFigures(ReportData data, StringBuilder out) {
    this.data = data;
    this.out = out;
  }

  void section() {
    out.append("<section class=\"card wide\"><h2>Every figure, and what it means</h2>");
    out.append("<p class=\"note\">");
    text(ReportData.TRUST);
    out.append("</p>");
    data.profiles().forEach(this::profile);
    out.append("</section>");
  }

  private void profile(String profile) {
    JsonNode node = data.root().path("profiles").path(profile);
    out.append("<details><summary>");
    text(profile + " (" + node.path("figures").size() + ")");
    out.append("</summary>");
    if (!node.path("valid").asBoolean()) {
      out.append("<p class=\"behind\">Not valid: ");
      text(node.path("why").asText());
      out.append("</p>");
    }
    notes(profile);
    glossary(profile);
    out.append("<div class=\"scroll\"><table>");
    for (String name : data.figures(profile)) {
      out.append("<tr><th>");
      text(name);
      out.append("</th><td>");
      text(Svg.number(data.figureOrNan(profile, name)));
      if (data.isUncertain(profile, name)) {
        out.append(" <small class=\"even\">uncertain</small>");
      }
      out.append("</td></tr>");
    }
    out.append("</table></div></details>");
  }

  private void glossary(String profile) {
    List<Glossary.Term> terms = Glossary.of(profile, data.figures(profile));
    if (terms.isEmpty()) {
      return;
    }
    out.append("<dl>");
    for (Glossary.Term term : terms) {
      out.append("<dt>");
      text(term.family());
      out.append("</dt><dd>");
      text(term.meaning());
      out.append("</dd>");
    }
    out.append("</dl>");
  }

  void notes(String profile) {
    for (JsonNode note : data.root().path("profiles").path(profile).path("notes")) {
      out.append("<p class=\"note\">");
      text(note.asText());
      out.append("</p>");
    }
  }

  private void text(String text) {
    out.append(Html.escape(text));
  }
}
