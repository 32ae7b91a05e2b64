package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class RunWarningsTest {

  private static final Optional<CpuTimes> START = Optional.of(new CpuTimes(1_000, 10));

  private static MachineFacts machine(double load, String governor, String... flags) {
    return new MachineFacts(
        "a model", 2, 4_096, 1_024, "os", "java", List.of(flags), load, governor, List.of());
  }

  private static List<String> warnings(MachineFacts machine, long stolen, String commit) {
    return RunWarnings.of(machine, START, Optional.of(new CpuTimes(2_000, 10 + stolen)), commit, 1);
  }

  @Test
  void aQuietMachineIsNotWarnedOf() {
    MachineFacts quiet = machine(0.9, "", "-XX:-DontCompileHugeMethods");
    assertThat(warnings(quiet, 10, "abc")).isEmpty();
    assertThat(RunWarnings.of(quiet, Optional.empty(), Optional.empty(), "abc", 999)).isEmpty();
  }

  @Test
  void eachThingThatMayHaveDoneHarmIsSaid() {
    assertThat(warnings(machine(1.5, "powersave"), 20, "abc-dirty"))
        .satisfiesExactly(
            load -> assertThat(load).contains("a load of 1.50 on 2 cores"),
            steal -> assertThat(steal).contains("2.0 % of the processors' time was stolen"),
            governor -> assertThat(governor).contains("governor is powersave"),
            flag -> assertThat(flag).contains("-XX:-DontCompileHugeMethods"),
            dirty -> assertThat(dirty).contains("abc-dirty"));
  }

  @Test
  void aQuickRunThatWasNoneIsSaid() {
    MachineFacts quiet = machine(0.9, "", "-XX:-DontCompileHugeMethods");
    Effort before = Effort.chosen();
    try {
      Effort.choose(Effort.QUICK);
      assertThat(RunWarnings.of(quiet, START, START, "abc", 180))
          .singleElement(InstanceOfAssertFactories.STRING)
          .startsWith("a quick run: ");
      assertThat(RunWarnings.of(quiet, START, START, "abc", 181.4))
          .contains(
              "a quick run took 181 s, at most 180 s are wanted: a slow machine, or a busy one");
    } finally {
      Effort.choose(before);
    }
  }

  @Test
  void theMachineIsNamed() {
    assertThat(MachineFacts.processor("processor\t: 0\nmodel name\t: A CPU @ 2 GHz\n"))
        .isEqualTo("A CPU @ 2 GHz");
    assertThat(MachineFacts.processor("CPU part : 0xd0c\n")).isEmpty();
    assertThat(MachineFacts.now().memoryMiB()).isGreaterThan(64);
  }

  @Test
  void whatLinuxCountsIsRead() {
    String stat = "cpu  100 0 50 800 10 0 5 35 7 0\ncpu0 1 2 3\n";
    assertThat(CpuTimes.of(stat)).hasValue(new CpuTimes(1_000, 35));
    assertThat(CpuTimes.of("")).isEmpty();
    assertThat(CpuTimes.of("cpu 1 2 3")).isEmpty();
    assertThat(CpuTimes.of("cpu a b c d e f g h")).isEmpty();
    assertThat(new CpuTimes(2_000, 60).stolenShareSince(new CpuTimes(1_000, 35)))
        .isEqualTo(0.025, within(1e-9));
  }
}
