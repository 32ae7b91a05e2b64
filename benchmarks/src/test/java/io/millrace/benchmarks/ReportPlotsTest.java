package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ReportPlotsTest {

  private static final String RUN =
      """
      {"machine": {"cores": 2}, "profiles": {
         "article-1000": {"valid": true, "figures": {"cpu.speedUp.2workers": 1.9,
           "cpu.speedUp.4workers": 1.9, "cpu.speedUp.8workers": 1.8, "host.speedUp.2workers": 2}},
         "scaling": {"valid": true, "figures": {"overhead.sha256.oneWorker": 0.98,
           "overhead.sha256.allCores": 0.95}},
         "overload": {"valid": true, "figures": {"overload.unanswered": 3, "overload.reject.sent": 1000,
           "overload.reject.completed": 150, "overload.reject.rejectedShare": 0.85,
           "overload.reject.expired": 0}},
         "load": {"valid": true, "figures": {"load.capacity.perSecond": 1000,
           "load.x2.0.rejectedShare": 0.5, "load.x4.0.rejectedShare": 0.75}},
         "startup": {"valid": true, "figures": {"c.disk.firstReplyMillis": 320,
           "c.disk.firstReply.starts": 3, "c.disk.firstReply.minMillis": 300,
           "c.disk.firstReply.maxMillis": 400, "c.disk.memoryMiB": 13.4,
           "c.interpreter.firstReplyMillis": 350, "c.interpreter.firstReply.starts": 4,
           "c.interpreter.firstReply.minMillis": 350, "c.interpreter.firstReply.maxMillis": 350,
           "c.interpreter.memoryMiB": 13.7}}}}
      """;

  private static ReportData run() throws IOException {
    return new ReportData(new JsonMapper().readTree(RUN));
  }

  private static String card(String title) throws IOException {
    return ReportPlots.cards(run()).stream()
        .filter(card -> card.contains("<h2>" + title + "</h2>"))
        .findFirst()
        .orElse("");
  }

  @Test
  void scalingIsSpeedUpByWorkersBesideWhatThereIsToGain() throws Exception {
    assertThat(card("Scaling: speed-up by workers"))
        .contains("<title>1: 1</title>", "<title>2: 1.90</title>", "<title>8: 1.80</title>")
        .contains("here 2;", "as many as cores");
    assertThat(card("Share of the guests&#39; own speed")).contains(">0.98×<", ">0.95×<");
  }

  @Test
  void whatWasRejectedIsShownApartFromWhatWasDone() throws Exception {
    assertThat(card("Ten times the capacity, by overflow policy"))
        .contains("reject: completed 15 %", "reject: rejected 85 %", ">1000<")
        .contains("not even that there was no room: 3.")
        .doesNotContain("Every one is");
    assertThat(card("Calls that come whatever happens: rejected"))
        .contains("<title>2.0: 50</title>", "<title>4.0: 75</title>");
  }

  @Test
  void aStartIsToldWithItsNumberAndItsRange() throws Exception {
    assertThat(card("First reply in a fresh JVM"))
        .contains("Median of 3 to 4 starts", ">320 ms<")
        .containsOnlyOnce("class=\"range\"");
    assertThat(card("Memory after the first reply")).contains(">13.7 MiB<", ">13.4 MiB<");
    assertThat(new ResultsDocument(run()).text())
        .contains("| c disk firstReply | 3 | 320 | 300, 400 |  |  | 13.4 |")
        .contains("| `<language>.<way>.memoryMiB` | MiB of heap");
  }
}
