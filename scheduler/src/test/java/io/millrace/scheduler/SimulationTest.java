package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Hooks;

/**
 * Random schedules on a simulated machine. {@code -Dmillrace.schedules=10000} runs more of them,
 * {@code -Dmillrace.schedules.seed=NUMBER} others, from that seed on; {@code
 * -Dmillrace.schedule=SEED} replays one.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class SimulationTest {

  private static final int SCHEDULES = Integer.getInteger("millrace.schedules", 3_000);

  /** Always the same ones where none is given, so that a build does not fail by chance. */
  private static final long FIRST = Long.getLong("millrace.schedules.seed", 1_000_000);

  @BeforeEach
  void silence() {
    Hooks.onErrorDropped(error -> {}); // the subscribers of the simulation throw on purpose
    Hooks.onNextDropped(element -> {});
  }

  @AfterEach
  void restore() {
    Hooks.resetOnErrorDropped();
    Hooks.resetOnNextDropped();
  }

  @Test
  void noScheduleBreaksAnInvariant() {
    assertAllRight(FIRST, SCHEDULES, seed -> SimulatedSchedule.of(seed).wrong());
  }

  @Test
  void noScheduleOfClaimsBreaksAnInvariant() {
    assertAllRight(FIRST, SCHEDULES / 3, SimulatedClaims::of);
  }

  /** Each on a machine of its own, which is idle for most of the time: so several run at once. */
  private static void assertAllRight(long first, int count, LongFunction<List<String>> schedule) {
    Long one = Long.getLong("millrace.schedule");
    LongStream seeds =
        one != null ? LongStream.of(one) : LongStream.range(first, first + count).parallel();
    Optional<String> firstWrong =
        seeds.mapToObj(seed -> failure(seed, schedule)).flatMap(Optional::stream).findFirst();
    assertThat(firstWrong).isEmpty();
  }

  /** What is wrong with a schedule, and how to see it again. */
  private static Optional<String> failure(long seed, LongFunction<List<String>> schedule) {
    String replay = "replay it with -Dtest=SimulationTest -Dmillrace.schedule=" + seed + ": ";
    try {
      List<String> wrong = schedule.apply(seed);
      return wrong.isEmpty() ? Optional.empty() : Optional.of(replay + wrong);
    } catch (RuntimeException | Error unexpected) {
      return Optional.of(replay + Throwables.getStackTrace(unexpected));
    }
  }

  @Test
  void aSeedReplaysItsWholeSchedule() {
    for (long seed = 1; seed <= 20; seed++) {
      long trace = SimulatedSchedule.of(seed).trace();
      assertThat(SimulatedSchedule.of(seed).trace()).as("seed %d", seed).isEqualTo(trace);
    }
  }
}
