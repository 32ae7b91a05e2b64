package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.benchmarks.Comparison.Side;
import io.millrace.benchmarks.Comparison.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static Side ratio(double... values) {
    return new Side(Arrays.stream(values).boxed().toList(), true, false);
  }

  private static Side absolute(double... values) {
    return new Side(Arrays.stream(values).boxed().toList(), false, false);
  }

  private static Verdict verdict(String name, double[] before, double[] after) {
    return Comparison.of(name, ratio(before), ratio(after)).verdict();
  }

  @Test
  void aChangeBeyondTheNoiseIsJudgedByWhatTheFigureMeans() {
    assertThat(verdict("a.flatVsStock", STEADY, times(1.2))).isEqualTo(Verdict.BETTER);
    assertThat(verdict("a.flatVsStock", STEADY, times(0.8))).isEqualTo(Verdict.WORSE);
    assertThat(verdict("a.p99Ratio", STEADY, times(1.2))).isEqualTo(Verdict.WORSE);
    assertThat(verdict("a.p99Ratio", STEADY, times(0.8))).isEqualTo(Verdict.BETTER);
  }

  @Test
  void aChangeWithinTheNoiseIsNone() {
    double[] wild = {40, 70, 90, 120, 150, 180, 210};
    assertThat(verdict("a.flatVsStock", STEADY, wild)).isEqualTo(Verdict.SAME);
  }

  @Test
  void aSmallChangeIsNoneHoweverSteady() {
    double[] still = {100, 100, 100, 100, 100, 100};
    double[] above = {102, 102, 102, 102, 102, 102};
    assertThat(verdict("a.flatVsStock", still, above)).isEqualTo(Verdict.SAME);
  }

  @Test
  void fewPairsGiveNoVerdict() {
    double[] five = {2, 2, 2, 2, 2};
    assertThat(verdict("a.flatVsStock", STEADY, five)).isEqualTo(Verdict.NO_VERDICT);
  }

  /** The JIT and the machine give another JVM another speed. */
  @Test
  void whatIsNoRatioIsNotJudgedHoweverFarApart() {
    Comparison rate = Comparison.of("a.perSecond", absolute(STEADY), absolute(times(3)));
    assertThat(rate.verdict()).isEqualTo(Verdict.NOT_JUDGED);
    assertThat(rate.verdict().words()).isEqualTo("another JVM's start: not judged");
  }

  @Test
  void whatOneRunCallsUncertainStaysSo() {
    Side uncertain = new Side(ratio(STEADY).values(), true, true);
    assertThat(Comparison.of("a.vs.b", uncertain, ratio(times(2))).verdict())
        .isEqualTo(Verdict.UNCERTAIN);
    assertThat(Comparison.of("a.vs.b", ratio(times(2)), uncertain).verdict())
        .isEqualTo(Verdict.UNCERTAIN);
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
      assertThat(count(name, 0, 0)).isEqualTo(Verdict.SAME);
      assertThat(count(name, 0, 1)).isEqualTo(Verdict.WORSE);
      assertThat(count(name, 1000, 1001)).isEqualTo(Verdict.WORSE);
      assertThat(count(name, 1, 0)).isEqualTo(Verdict.BETTER);
    }
  }

  private static Verdict count(String name, double before, double after) {
    return Comparison.of(name, absolute(before), absolute(after)).verdict();
  }

  @Test
  void whatIsNoMeritHasNoVerdict() {
    assertThat(verdict("scaling: scaling.rawSpeedUp", STEADY, times(2)))
        .isEqualTo(Verdict.NO_VERDICT);
  }

  @Test
  void aTimeByAnotherTimeIsTheBetterTheLowerItIs() {
    assertThat(verdict("coldstart: diskVsCompile", STEADY, times(2))).isEqualTo(Verdict.WORSE);
    assertThat(verdict("dispatch: dispatch.vsReactorPool", STEADY, times(2)))
        .isEqualTo(Verdict.BETTER);
  }

  private final StringWriter out = new StringWriter();

  private int compare(String... args) {
    List<String> all = new ArrayList<>(List.of("compare"));
    all.addAll(List.of(args));
    return Bench.run(List.of(), all.toArray(new String[0]), new PrintWriter(out, true));
  }

  @Test
  void theCommandTellsWhatIsWorseAndLeavesOutWhatIsNotValid(@TempDir Path directory)
      throws Exception {
    String old = write(directory.resolve("old.json"), "quick", "[1.9, 2, 2, 2, 2, 2.1]");
    String now = write(directory.resolve("new.json"), "normal", "[1.5, 1.6, 1.6, 1.6, 1.6, 1.7]");
    assertThat(compare(old, now)).isEqualTo(1);
    assertThat(out.toString())
        .contains("careful: effort was quick and is normal\n")
        .contains("| a: x.speedUp | 2.000 [1.900, 2.100] | 1.600 [1.500, 1.700] | 0.800 | worse |")
        .contains("left out, but for its counts: b is not valid in the new run: noise")
        .contains("1 worse\n")
        .contains("1 another JVM's start: not judged (--all shows them)\n")
        .doesNotContain("a: x.perSecond");
    assertThat(compare("--all", old, now)).isEqualTo(1);
    assertThat(out.toString())
        .contains("| a: x.perSecond | 100.0 | 100.0 | 1.000 | another JVM's start: not judged |");
    assertThat(compare(old, old)).isZero();
    assertThat(compare(old, directory.resolve("none").toString())).isEqualTo(2);
  }

  @Test
  void whatAFileDoesNotTellIsSaid(@TempDir Path directory) throws Exception {
    String now = write(directory.resolve("new.json"), "quick", "[2, 2, 2, 2, 2, 2]");
    String older = Files.readString(Path.of(now)).replace("\"ratios\": [\"x.speedUp\"],", "");
    Path old = directory.resolve("old.json");
    Files.writeString(old, older.replace("\"complete\": true", "\"complete\": false"));
    assertThat(compare("--all", old.toString(), now)).isZero();
    assertThat(out.toString())
        .contains("careful: the old run is incomplete\n")
        .contains("careful: the old file is of an older version")
        .contains("| a: x.speedUp | 2.000 | 2.000 | 1.000 | another JVM's start: not judged |");
  }

  @Test
  void aProfileThatIsNoLongerValidIsWorse(@TempDir Path directory) throws Exception {
    String valid = profile(directory.resolve("1.json"), "\"valid\": true", "\"x.perSecond\": 2");
    String not =
        profile(
            directory.resolve("2.json"),
            "\"valid\": false, \"why\": \"noise\"",
            "\"x.perSecond\": 1");
    assertThat(compare("--all", valid, not)).isEqualTo(1);
    assertThat(out.toString())
        .contains("left out, but for its counts: load is not valid in the new run: noise\n")
        .contains("worse: load was valid and is not\n")
        .doesNotContain("| load: x.perSecond");
    assertThat(compare(not, valid)).isZero();
    assertThat(compare(not, not)).isZero();
  }

  @Test
  void countsAreJudgedThoughTheirProfileIsNotValid(@TempDir Path directory) throws Exception {
    String invalid = "\"valid\": false, \"why\": \"calls failed\"";
    String none = profile(directory.resolve("0.json"), invalid, "\"load.failed\": 0");
    String one = profile(directory.resolve("1.json"), invalid, "\"load.failed\": 1");
    assertThat(compare(none, one)).isEqualTo(1);
    assertThat(out.toString())
        .contains("| load: load.failed | 0.000 | 1.000 |  | worse |")
        .doesNotContain("Infinity");
    assertThat(compare(one, none)).isZero();
    assertThat(compare("--all", none, none)).isZero();
    assertThat(out.toString())
        .contains("| load: load.failed | 0.000 | 0.000 |  | no change seen |")
        .doesNotContain("NaN");
  }

  @Test
  void whatOnlyTheOldRunHasIsNamed(@TempDir Path directory) throws Exception {
    String valid = "\"valid\": true";
    String two =
        profile(directory.resolve("1.json"), valid, "\"a.perSecond\": 1, \"b.perSecond\": 1");
    String one = profile(directory.resolve("2.json"), valid, "\"a.perSecond\": 1");
    assertThat(compare(two, one)).isZero();
    assertThat(out.toString())
        .contains("gone: load: b.perSecond\n")
        .doesNotContain("gone: load: a.perSecond");
    Path other = directory.resolve("3.json");
    Files.writeString(other, Files.readString(Path.of(one)).replace("\"load\"", "\"lazy\""));
    assertThat(compare(two, other.toString())).isZero();
    assertThat(out.toString()).contains("gone: load, all 2 figures\n");
  }

  private static String profile(Path file, String valid, String figures) throws IOException {
    return Files.writeString(
            file, "{\"profiles\": {\"load\": {" + valid + ", \"figures\": {" + figures + "}}}}")
        .toString();
  }

  private static String write(Path file, String effort, String samples) throws IOException {
    return Files.writeString(
            file,
            """
            {"machine": {"cores": 2}, "effort": "%s", "complete": true, "profiles": {
              "a": {"valid": true, "figures": {"x.speedUp": 2, "x.perSecond": 100},
                "ratios": ["x.speedUp"], "samples": {"x.speedUp": %s}},
              "b": {"valid": false, "why": "noise", "figures": {"y.perSecond": 1}}}}
            """
                .formatted(effort, samples))
        .toString();
  }
}
