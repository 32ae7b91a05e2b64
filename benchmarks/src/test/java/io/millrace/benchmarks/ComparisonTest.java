package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.benchmarks.Comparison.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

  private static final double[] STEADY = {100, 101, 99, 100, 102, 98, 100};

  private static double[] times(double factor) {
    double[] scaled = STEADY.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    return scaled;
  }

  private static Verdict verdict(String name, double[] before, double[] after) {
    return Comparison.of(name, before, after).verdict();
  }

  @Test
  void aChangeBeyondTheNoiseIsJudgedByWhatTheFigureMeans() {
    assertThat(verdict("a.perSecond", STEADY, times(1.2))).isEqualTo(Verdict.BETTER);
    assertThat(verdict("a.perSecond", STEADY, times(0.8))).isEqualTo(Verdict.WORSE);
    assertThat(verdict("a.p99Micros", STEADY, times(1.2))).isEqualTo(Verdict.WORSE);
    assertThat(verdict("a.p99Micros", STEADY, times(0.8))).isEqualTo(Verdict.BETTER);
  }

  @Test
  void aChangeWithinTheNoiseIsNone() {
    double[] wild = {40, 70, 90, 120, 150, 180, 210};
    assertThat(verdict("a.perSecond", STEADY, wild)).isEqualTo(Verdict.SAME);
  }

  @Test
  void aSmallChangeIsNoneHoweverSteady() {
    double[] still = {100, 100, 100, 100, 100};
    double[] above = {102, 102, 102, 102, 102};
    assertThat(verdict("a.perSecond", still, above)).isEqualTo(Verdict.SAME);
  }

  @Test
  void fewValuesGiveNoVerdict() {
    assertThat(verdict("a.perSecond", new double[] {1}, new double[] {2}))
        .isEqualTo(Verdict.NO_VERDICT);
  }

  @Test
  void oneMoreOfWhatOughtNotToBeIsWorse() {
    for (String name :
        List.of(
            "overload: overload.unanswered",
            "overload: overload.overBound",
            "cancel: cancel.neighboursHit",
            "memory: waitNotify.stolen",
            "peers: empty.millrace.failed")) {
      assertThat(verdict(name, new double[] {0}, new double[] {0})).isEqualTo(Verdict.SAME);
      assertThat(verdict(name, new double[] {0}, new double[] {1})).isEqualTo(Verdict.WORSE);
      assertThat(verdict(name, new double[] {1000}, new double[] {1001})).isEqualTo(Verdict.WORSE);
      assertThat(verdict(name, new double[] {1}, new double[] {0})).isEqualTo(Verdict.BETTER);
    }
  }

  @Test
  void whatIsNoMeritHasNoVerdict() {
    assertThat(verdict("peers: a.inFlight", STEADY, times(2))).isEqualTo(Verdict.NO_VERDICT);
    assertThat(verdict("cancel: cancel.neighbours", STEADY, times(2)))
        .isEqualTo(Verdict.NO_VERDICT);
  }

  @Test
  void aTimeByAnotherTimeIsTheBetterTheLowerItIs() {
    assertThat(verdict("coldstart: diskVsCompile", STEADY, times(2))).isEqualTo(Verdict.WORSE);
    assertThat(verdict("dispatch: dispatch.vsReactorPool", STEADY, times(2)))
        .isEqualTo(Verdict.BETTER);
  }

  @Test
  void theCommandTellsWhatIsWorseAndLeavesOutWhatIsNotValid(@TempDir Path directory)
      throws Exception {
    Path old = write(directory.resolve("old.json"), "[100, 100, 101, 99, 100]");
    Path now = write(directory.resolve("new.json"), "[80, 80, 81, 79, 80]");
    StringWriter out = new StringWriter();
    String[] args = {"compare", old.toString(), now.toString()};
    assertThat(Bench.run(List.of(), args, new PrintWriter(out, true))).isEqualTo(1);
    assertThat(out.toString())
        .contains("| a: x.perSecond | 100.0 | 80.00 | 0.800 | worse |")
        .contains("left out: b is not valid: noise")
        .contains("1 worse");
    String[] same = {"compare", old.toString(), old.toString()};
    assertThat(Bench.run(List.of(), same, new PrintWriter(out, true))).isZero();
    String[] none = {"compare", old.toString(), directory.resolve("none").toString()};
    assertThat(Bench.run(List.of(), none, new PrintWriter(out, true))).isEqualTo(2);
  }

  private static Path write(Path file, String samples) throws IOException {
    return Files.writeString(
        file,
        """
        {"machine": {"cores": 2}, "profiles": {
          "a": {"valid": true, "figures": {"x.perSecond": 100}, "samples": {"x.perSecond": %s}},
          "b": {"valid": false, "why": "noise", "figures": {"y.perSecond": 1}}}}
        """
            .formatted(samples));
  }
}
