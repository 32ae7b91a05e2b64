package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FigureMeaningTest {

  /** How those are called that hold our rate against another one, or against the ideal. */
  private static final Pattern RATE_BY_RATE =
      Pattern.compile("Vs|vs\\.|speedUp|limitShare|efficiency|overhead\\.");

  private static final Set<String> TIMES_BY_TIMES =
      Set.of(
          "restore.vsNewInstance",
          "goStartVsNormal",
          "goRestoreVsInit",
          "cResetVsNewInstance",
          "diskVsCompile",
          "tieredFirstReplyVsParse");

  private static List<String> names() throws Exception {
    return GlossaryTest.names().stream().map(name -> name[1]).toList();
  }

  private static boolean isTimeByTime(String name) {
    return TIMES_BY_TIMES.contains(name) || name.endsWith(".p99Ratio");
  }

  @Test
  void aRateByAnotherIsTheBetterTheHigherItIs() throws Exception {
    assertThat(names())
        .filteredOn(name -> RATE_BY_RATE.matcher(name).find() && !isTimeByTime(name))
        .contains("inPlaceVsCopied.1MiB", "inPlaceVsCopied.64KiB", "scaling.efficiency")
        .allSatisfy(
            name -> assertThat(FigureMeaning.of(name)).isEqualTo(FigureMeaning.HIGHER_IS_BETTER));
  }

  @Test
  void aTimeByAnotherIsTheBetterTheLowerItIs() throws Exception {
    assertThat(names())
        .containsAll(TIMES_BY_TIMES)
        .filteredOn(FigureMeaningTest::isTimeByTime)
        .allSatisfy(
            name -> assertThat(FigureMeaning.of(name)).isEqualTo(FigureMeaning.LOWER_IS_BETTER));
  }

  @Test
  void whatIsInAUnitOfTimeOrMemoryIsTheBetterTheLowerItIs() throws Exception {
    Pattern unit = Pattern.compile("(Micros|micros|Millis|millis|Nanos|nanos|Bytes|[a-z]MiB)$");
    assertThat(names())
        .filteredOn(name -> unit.matcher(name).find() || name.contains("littleError"))
        .contains("lazy.heapMiB", "cpu.2workers.littleErrorWorst")
        .allSatisfy(
            name -> assertThat(FigureMeaning.of(name)).isEqualTo(FigureMeaning.LOWER_IS_BETTER));
  }
}
