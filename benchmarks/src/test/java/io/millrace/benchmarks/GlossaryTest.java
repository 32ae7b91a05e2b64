package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GlossaryTest {

  /** Profile and figure. */
  static List<String[]> names() throws IOException {
    List<String[]> names = new ArrayList<>();
    try (InputStream in =
        Objects.requireNonNull(GlossaryTest.class.getResourceAsStream("figure-names.txt"))) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> names.add(line.split(" ", -1)));
    }
    for (String limit :
        List.of("memcpy1KiB.nanos", "spsc.millionsPerSecond", "spsc.roundTripNanos")) {
      names.add(new String[] {"peers", "limit." + limit});
    }
    for (PeerCall call : PeerCall.values()) {
      for (PeerKind peer : PeerKind.values()) {
        for (String what : List.of("perSecond", "p50Micros", "p99Micros", "inFlight", "failed")) {
          names.add(new String[] {"peers", call.word() + "." + peer.word() + "." + what});
        }
        names.add(new String[] {"peers", call.word() + "." + PeerRounds.standing(peer)});
        names.add(new String[] {"peers", call.word() + ".vs." + peer.word() + ".p99Ratio"});
      }
    }
    return names;
  }

  @Test
  void everyFigureHasAMeaning() throws Exception {
    assertThat(names())
        .hasSizeGreaterThan(600)
        .allSatisfy(
            name -> assertThat(Glossary.of(name[0], name[1])).as(name[0] + name[1]).isPresent());
    assertThat(names().stream().map(name -> name[0]).distinct())
        .containsAll(Bench.PROFILES.stream().map(Profile::name).toList());
  }

  @Test
  void thePercentileOfAPeerIsNotTakenForItsRate() {
    assertThat(Glossary.of("peers", "empty.vs.v8.p99Ratio").orElseThrow().meaning())
        .startsWith("99th percentile");
    assertThat(Glossary.of("peers", "empty.vs.v8").orElseThrow().meaning())
        .startsWith("Millrace's calls a second");
    assertThat(Glossary.of("load", "load.x0.25.perSecond").orElseThrow().family())
        .isEqualTo("load.x<share>.perSecond");
  }

  @Test
  void whatNobodyWroteDownIsNamed() {
    assertThat(Glossary.missing("load", List.of("load.failed", "load.new")))
        .containsExactly("load.new");
    assertThat(Glossary.missing("no such profile", List.of("a"))).isEmpty();
  }

  @Test
  void eachFamilyIsToldOnceAndInTheGlossarysOrder() {
    List<String> figures = List.of("load.x1.1.perSecond", "load.x2.0.perSecond", "load.failed");
    assertThat(Glossary.of("load", figures))
        .extracting(Glossary.Term::family)
        .containsExactly("load.failed", "load.x<share>.perSecond");
  }
}
