package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static final String RUN =
      """
      {"machine": {"cores": 2, "processor": "Some CPU @ 2 GHz", "memoryMiB": 8000, "os": "an <os>", "java": "a JVM", "flags": ["-Xmx1g"],
         "libraries": ["jna-5.8.0", "jctools-core-jdk11-4.0.7", "javet-v8-linux-x86_64-5.0.6", "odd"]},
       "effort": "quick", "command": "./millrace bench --quick --json run.json", "commit": "abc1234", "seed": 42,
       "warnings": ["a load of <4>", "peers: GraalWasm is missing: no JDK 25"],
       "profiles": {
         "peers": {"valid": false, "why": "too <wide>", "notes": ["wasmtime is missing: none"],
           "uncertain": {"empty.vs.v8": "half"},
           "figures": {"empty.vs.v8": 2.5, "sha256.vs.v8": 0.6, "empty.vs.lock": 1.0,
             "empty.millrace.perSecond": 5000000, "empty.millrace.p50Micros": 10,
             "empty.millrace.p99Micros": 20, "empty.v8.perSecond": 2000000,
             "empty.v8.p50Micros": 30, "empty.v8.p99Micros": 40, "empty.vs.v8.p99Ratio": 0.5,
             "empty.vs.lock.p99Ratio": 1.5},
           "samples": {"empty.vs.v8": [1.1, 1.4, 2.5, 2.5, 3, 9],
             "sha256.vs.v8": [0.58, 0.59, 0.6, 0.6, 0.61, 0.62],
             "empty.vs.lock": [0.9, 0.95, 1.0, 1.0, 1.05, 1.1],
             "empty.vs.v8.p99Ratio": [0.4, 0.5, 0.5, 0.5, 0.5, 0.6],
             "empty.vs.lock.p99Ratio": [0.5, 0.6, 1.5, 1.5, 2, 3]}},
         "bottleneck": {"valid": true, "notes": ["left <out>"], "figures": {"echo.64B.micros": 0.2,
           "echo.64B.encode.percent": 10, "echo.64B.copyIn.percent": 10,
           "echo.64B.guest.percent": 60, "echo.64B.copyOut.percent": 10,
           "echo.64B.decode.percent": 10}}}}
      """;

  private static ReportData run() throws IOException {
    return new ReportData(new JsonMapper().readTree(RUN));
  }

  @Test
  void theFirstTableSaysWhereWeAreAheadAndWhereBehind() throws Exception {
    String page = new HtmlReport(run()).page();
    String first = page.substring(page.indexOf("<table>"), page.indexOf("</table>"));
    assertThat(first)
        .contains("V8 in process (Javet)")
        .contains("<td class=\"ahead\">2.50× <small>ahead, uncertain</small>")
        .contains("<td class=\"ahead\">0.50× <small>ahead</small>")
        .contains("<td class=\"open\">1.50× <small>open</small>")
        .contains("<td class=\"behind\">0.60×")
        .contains("<td class=\"even\">1×");
  }

  @Test
  void whoIsMeasuredWithOneCallOnlyStandsUnderThatCall() throws Exception {
    String figures =
        "{\"profiles\": {\"peers\": {\"valid\": true, \"figures\": {\"sha256.vs.v8\": 0.6}}}}";
    String page = new HtmlReport(new ReportData(new JsonMapper().readTree(figures))).page();
    assertThat(page)
        .contains(
            "<tr><th>V8 in process (Javet)</th><td>–</td><td>–</td><td class=\"unknown\">0.60×");
  }

  @Test
  void thePageNeedsNothingElse() throws Exception {
    assertThat(new HtmlReport(run()).page())
        .contains("name=\"viewport\"")
        .contains("prefers-color-scheme:dark")
        .contains("<svg ")
        .contains("&quot;effort&quot; : &quot;quick&quot;")
        .contains("wasmtime is missing: none")
        .contains("<p class=\"note\">left &lt;out&gt;</p>")
        .contains("-Xmx1g")
        .doesNotContain("<script")
        .doesNotContain("src=")
        .doesNotContain("@import")
        .doesNotContain("http");
  }

  @Test
  void whatARunWarnsOfStandsAtTheTop() throws Exception {
    String page = new HtmlReport(run()).page();
    assertThat(page.substring(0, page.indexOf("<table>")))
        .contains("<li>a load of &lt;4&gt;</li>")
        .contains("<li>peers: GraalWasm is missing: no JDK 25</li>")
        .contains("<li>peers is not valid: too &lt;wide&gt;</li>");
    assertThat(new MarkdownSummary(run()).text())
        .startsWith("\n> warning: a load of <4>\n\n> warning: peers: GraalWasm is missing");
    assertThat(new ResultsDocument(run()).text())
        .contains("> warning: a load of <4>\n")
        .contains("| seed | 42 |")
        .contains("| command | `./millrace bench --quick --json run.json` |")
        .contains("| processor | Some CPU @ 2 GHz |")
        .contains("| cores, memory | 2, 8000 MiB (at most 0 MiB heap) |");
    assertThat(page.substring(page.indexOf("Where it was measured")))
        .contains("<tr><th>command</th><td class=\"words\">./millrace bench --quick")
        .contains("<tr><th>commit</th><td class=\"words\">abc1234")
        .contains("<tr><th>seed</th><td class=\"words\">42")
        .contains("<tr><th>processor</th><td class=\"words\">Some CPU @ 2 GHz");
  }

  @Test
  void whatIsNotValidIsSaidAndStaysText() throws Exception {
    assertThat(new HtmlReport(run()).page())
        .contains("✗ peers")
        .contains("Not valid: too &lt;wide&gt;")
        .contains("an &lt;os&gt;")
        .doesNotContain("<wide>");
  }

  @Test
  void theSummaryHasTheSameVerdicts() throws Exception {
    assertThat(new MarkdownSummary(run()).text())
        .contains(
            "| Millrace against | empty call of 1 KiB: calls/s | p99 of its time"
                + " | SHA-256 of 1 KiB: calls/s | p99 of its time |")
        .contains(
            "| V8 in process (Javet) | 2.50x ahead, uncertain | 0.50x ahead | **0.60x behind** |  |")
        .contains("percentile of a call's time below 1.")
        .contains("the middle half of which spans at most 20 % of the median")
        .contains("Rates and times by themselves are not checked for scatter")
        .contains("Uncertain: the rounds scatter")
        .contains("| peers | no: too <wide> | 11 | 1 |");
  }

  @Test
  void theDocumentsFirstTableSaysWhereWeAreBehind() throws Exception {
    String document = new ResultsDocument(run()).text();
    String first = document.substring(document.indexOf("\n|"), document.indexOf("\n\n| profile"));
    assertThat(first).contains("**0.60x behind**");
  }

  @Test
  void theDocumentHasTheCommandsThatGaveItAndEveryFigure() throws Exception {
    assertThat(new ResultsDocument(run()).text())
        .contains("    ./millrace bench --quick --json run.json\n")
        .contains("    ./millrace bench results run.json > benchmarks/RESULTS.md")
        .contains("| commit | abc1234 |")
        .contains("| V8 in process (Javet) | empty | 2 M | 30 | 40 |  | 2.50 (uncertain) | 0.50 |")
        .contains("| peers | no: too <wide> | 11 | 1 |")
        .contains("\n| jna | 5.8.0 |\n| jctools-core-jdk11 | 4.0.7 |\n")
        .contains("\n| javet-v8-linux-x86_64 | 5.0.6 |\n| odd |  |\n")
        .contains("wasmtime is missing: none")
        .contains("| echo.64B.guest.percent | 60 |");
  }

  @Test
  void numbersAreShortAndRound() {
    assertThat(Svg.quantity(23_900, " µs")).isEqualTo("23.9 ms");
    assertThat(Svg.quantity(12_000_000, " µs")).isEqualTo("12 s");
    assertThat(Svg.quantity(81.2, " µs")).isEqualTo("81.2 µs");
    assertThat(Svg.quantity(4_711, " ms")).isEqualTo("4711 ms");
    assertThat(Svg.number(0.0034)).isEqualTo("0.0034");
    String linear = new LinePlot("a", "x", false, List.of("1", "2")).add("s0", 500, 1_159).svg();
    assertThat(linear).contains(">0<", ">200<", ">1000<", ">1200<").doesNotContain(">1159<");
    String logarithmic =
        new LinePlot("a", "x", true, List.of("1", "2")).add("s0", 492, 70_700).svg();
    assertThat(logarithmic).contains(">200<", ">500<", ">1000<", ">50 k<", ">100 k<");
  }

  @Test
  void aPictureThatHasNothingToShowIsLeftOut() throws Exception {
    List<String> cards = ReportPlots.cards(run());
    assertThat(cards).anyMatch(card -> card.contains("a call of echo")).hasSize(3);
  }
}
