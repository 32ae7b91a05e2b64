package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {

  /** Puts one figure, and what else it is told. */
  private record Fake(String name, Ratio ratio, boolean fails) implements Profile {

    @Override
    public String description() {
      return "about " + name;
    }

    @Override
    public int quickSeconds() {
      return 7;
    }

    @Override
    public void run(Figures figures) {
      figures.put("first.ratio", ratio);
      if (fails) {
        throw new IllegalStateException("out of order");
      }
    }
  }

  private static final Ratio STEADY = ratio(1.1, 1.1, 1.2, 1.2, 1.2, 1.3, 1.3);
  private static final Ratio WILD = ratio(0.5, 0.6, 0.9, 1.2, 1.9, 2.4, 2.9);

  private static final List<Profile> PROFILES =
      List.of(
          new Fake("steady", STEADY, false),
          new Fake("wild", WILD, false),
          new Fake("failing", STEADY, true));

  private final StringWriter out = new StringWriter();

  private static Ratio ratio(double... values) {
    return new Ratio(values);
  }

  private int run(String... args) {
    return Bench.run(PROFILES, args, new PrintWriter(out, true));
  }

  private JsonNode json(Path directory, String... names) throws IOException {
    Path file = directory.resolve("figures.json");
    String[] args = Arrays.copyOf(names, names.length + 2);
    args[names.length] = "--json";
    args[names.length + 1] = file.toString();
    run(args);
    return new JsonMapper().readTree(file.toFile());
  }

  @Test
  void figuresOfEachProfileAreWrittenBesideTheMachine(@TempDir Path directory) throws Exception {
    JsonNode all = json(directory, "wild", "steady");
    assertThat(all.at("/machine/cores").asInt()).isPositive();
    assertThat(all.at("/machine/java").asText()).isNotBlank();
    assertThat(json(directory, "--seed", "42", "steady").at("/seed").asInt()).isEqualTo(42);
    assertThat(all.at("/profiles").fieldNames()).toIterable().containsExactly("wild", "steady");
    assertThat(all.at("/profiles/steady/valid").asBoolean()).isTrue();
    assertThat(all.at("/profiles/steady/figures/first.ratio").asDouble()).isEqualTo(1.2);
    assertThat(all.at("/profiles/steady").has("why")).isFalse();
  }

  @Test
  void aWideSpreadIsNotValidAndSaysWhy(@TempDir Path directory) throws Exception {
    JsonNode wild = json(directory, "wild").at("/profiles/wild");
    assertThat(wild.at("/valid").asBoolean(true)).isFalse();
    assertThat(wild.at("/why").asText()).contains("first.ratio").contains("quieter machine");
    assertThat(wild.at("/figures/first.ratio").asDouble()).isEqualTo(1.2);
  }

  @Test
  void aProfileThatFailsIsNotValidAndTheOthersStillRun(@TempDir Path directory) throws Exception {
    JsonNode all = json(directory, "failing", "steady");
    assertThat(all.at("/profiles/failing/why").asText()).contains("out of order");
    assertThat(all.at("/profiles/steady/valid").asBoolean()).isTrue();
  }

  @Test
  void anErrorOfOneProfileLosesNothingOfTheOthers(@TempDir Path directory) throws Exception {
    Profile full =
        new Profile() {
          @Override
          public String name() {
            return "full";
          }

          @Override
          public String description() {
            return "about full";
          }

          @Override
          public int quickSeconds() {
            return 1;
          }

          @Override
          public void run(Figures figures) {
            throw new OutOfMemoryError("no heap");
          }
        };
    Path file = directory.resolve("figures.json");
    String[] args = {"steady", "full", "--json", file.toString()};
    List<Profile> both = List.of(PROFILES.get(0), full);
    assertThat(Bench.run(both, args, new PrintWriter(out, true))).isEqualTo(1);
    JsonNode all = new JsonMapper().readTree(file.toFile());
    assertThat(all.at("/profiles/steady/valid").asBoolean()).isTrue();
    assertThat(all.at("/profiles/full/why").asText()).contains("no heap");
  }

  @Test
  void theExitCodeTellsWhetherAllCanBeTrusted() {
    assertThat(run("steady")).isZero();
    assertThat(run("steady", "wild")).isEqualTo(1);
    assertThat(run("failing")).isEqualTo(1);
  }

  @Test
  void badUsageIsOneLineThatNamesWhatThereIs() {
    assertThat(run("nope")).isEqualTo(2);
    assertThat(run("steady", "--json", "/no/such/folder/x.json")).isEqualTo(2);
    assertThat(out.toString().lines())
        .containsExactly(
            "millrace bench: there is no profile nope, there is: steady, wild, failing",
            "millrace bench: --json /no/such/folder/x.json cannot be written");
  }

  @Test
  void listSaysWhatThereIs() {
    assertThat(run("--list")).isZero();
    assertThat(out.toString()).containsPattern("steady +about steady \\(7 s with --quick\\)");
  }

  @Test
  void allProfilesRunUnlessSomeAreNamed(@TempDir Path directory) throws Exception {
    JsonNode all = json(directory);
    assertThat(all.at("/profiles").fieldNames())
        .toIterable()
        .containsExactly("steady", "wild", "failing");
    assertThat(all.at("/command").asText()).isEqualTo("./millrace bench --json figures.json");
    assertThat(all.at("/commit").asText()).isNotBlank();
    assertThat(out.toString()).containsPattern("\\ntotal: \\d+ s\\n$");
  }

  @Test
  void aQuickRunIsPlannedForLessThanThreeMinutes() {
    assertThat(Bench.PROFILES.stream().mapToInt(Profile::quickSeconds).sum()).isBetween(120, 170);
  }

  @Test
  void whoIsAheadStandsThoughTheFigureIsUncertain(@TempDir Path directory) throws Exception {
    JsonNode ahead = standing(directory, ratio(0.9, 1.2, 1.3, 2, 3, 4, 5, 6, 7));
    assertThat(ahead.at("/valid").asBoolean()).isTrue();
    assertThat(ahead.at("/uncertain/vs.other").asText()).contains("the middle half");
    assertThat(out.toString()).contains("uncertain: vs.other: the middle half of the pairs spans");
    JsonNode open = standing(directory, WILD);
    assertThat(open.at("/valid").asBoolean()).isFalse();
    assertThat(open.at("/why").asText()).contains("vs.other");
    JsonNode steady = standing(directory, STEADY);
    assertThat(steady.at("/valid").asBoolean()).isTrue();
    assertThat(steady.at("/uncertain").isEmpty()).isTrue();
    assertThat(steady.at("/ratios/0").asText()).isEqualTo("vs.other");
    assertThat(standing(directory, ratio(2, 2, 2, 2, 2)).at("/valid").asBoolean()).isFalse();
  }

  private JsonNode standing(Path directory, Ratio ratio) throws IOException {
    Profile profile =
        new Profile() {
          @Override
          public String name() {
            return "standing";
          }

          @Override
          public String description() {
            return "about standing";
          }

          @Override
          public int quickSeconds() {
            return 1;
          }

          @Override
          public void run(Figures figures) {
            figures.putStanding("vs.other", ratio);
          }
        };
    Path file = directory.resolve("standing.json");
    String[] args = {"--json", file.toString()};
    Bench.run(List.of(profile), args, new PrintWriter(out, true));
    return new JsonMapper().readTree(file.toFile()).at("/profiles/standing");
  }

  /** With a coin, 5 of 5 pairs fall on the same side in 6 % of all runs, 6 of 6 in 3 %. */
  @Test
  void whoIsAheadIsSaidWithAConfidenceOf95PerCentForBothSidesTogether() {
    assertThat(ratio(1.01, 1.1, 1.2, 1.3, 1.4).isAboveOne()).isFalse();
    assertThat(ratio(1.01, 1.1, 1.2, 1.3, 1.4, 1.5).isAboveOne()).isTrue();
    assertThat(ratio(0.9, 2, 2, 2, 2, 2, 2, 2).isAboveOne()).isFalse();
    assertThat(ratio(0.9, 2, 2, 2, 2, 2, 2, 2, 2).isAboveOne()).isTrue();
    assertThat(ratio(0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.2).isBelowOne()).isTrue();
    assertThat(ratio(0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1).isBelowOne()).isFalse();
    assertThat(ratio().isAboveOne()).isFalse();
  }

  @Test
  void theIntervalOfAMedianLeavesOutWhatChanceWould() {
    assertThat(ratio(1, 2, 3, 4, 5, 6).interval()).isEqualTo(new Ratio.Interval(1, 3.5, 6));
    assertThat(ratio(1, 2, 3, 4, 5, 6, 7, 8, 9).interval()).isEqualTo(new Ratio.Interval(2, 5, 8));
    double[] many = IntStream.rangeClosed(1, 21).asDoubleStream().toArray();
    assertThat(ratio(many).interval()).isEqualTo(new Ratio.Interval(6, 11, 16));
    assertThat(ratio(4).interval()).isEqualTo(new Ratio.Interval(4, 4, 4));
  }

  @Test
  void turnsAreDrawnFromASeedSoThatNobodyAlwaysFollowsTheSameOne() {
    Turns.choose(7);
    Turns turns = new Turns(12);
    Turns again = new Turns(12);
    Set<Integer> before = new HashSet<>();
    for (int turn = 0; turn < 100; turn++) {
      int[] order = turns.next();
      assertThat(order).containsExactly(again.next());
      assertThat(order).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      for (int i = 1; i < order.length; i++) {
        if (order[i] == 3) {
          before.add(order[i - 1]);
        }
      }
    }
    assertThat(before).hasSize(11);
  }

  @Test
  void percentilesThatScatterAreNamedAndNoMore() {
    Figures figures = new Figures();
    figures.putScattered("p99Ratio", WILD);
    assertThat(figures.doubts()).isEmpty();
    assertThat(figures.uncertain()).containsOnlyKeys("p99Ratio");
  }

  @Test
  void roundsThatScatterMakeATimeUncertain() {
    Figures figures = new Figures();
    figures.putSteady("a.nanos", new double[] {5, 6, 9, 12, 19, 24});
    figures.putSteady("b.nanos", new double[] {5, 5, 5, 6, 6, 6});
    figures.putSteady("c.nanos", new double[] {5, 5});
    figures.putSteady("d.nanos", new double[] {-9, -8, -5, -4, -1, 2});
    assertThat(figures.uncertain()).containsOnlyKeys("a.nanos", "c.nanos", "d.nanos");
    assertThat(figures.uncertain().get("a.nanos"))
        .startsWith("the middle half of the rounds spans");
    assertThat(figures.ratios()).isEmpty();
  }

  @Test
  void fewPairsAreDoubted() {
    assertThat(ratio(1, 1, 1).doubt()).hasValueSatisfying(why -> assertThat(why).contains("3 pai"));
    assertThat(ratio(1, 1, 1, 1, 1, 1, 1).doubt()).isEmpty();
  }

  @Test
  void theMedianLiesBetweenTheTwoInTheMiddle() {
    assertThat(Ratio.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
    assertThat(Ratio.median(new double[] {9, 1, 3})).isEqualTo(3);
  }
}
