package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
    assertThat(run()).isEqualTo(2);
    assertThat(run("nope")).isEqualTo(2);
    assertThat(run("steady", "--json", "/no/such/folder/x.json")).isEqualTo(2);
    assertThat(out.toString().lines())
        .containsExactly(
            "millrace bench: say what to measure: steady, wild, failing",
            "millrace bench: there is no profile nope, there is: steady, wild, failing",
            "millrace bench: --json /no/such/folder/x.json cannot be written");
  }

  @Test
  void listSaysWhatThereIs() {
    assertThat(run("--list")).isZero();
    assertThat(out.toString()).containsPattern("steady +about steady");
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
