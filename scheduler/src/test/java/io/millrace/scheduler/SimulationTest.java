package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Hooks;

/**
 * Random schedules on a simulated machine. {@code -Dmillrace.schedules=10000} runs more of them,
 * {@code -Dmillrace.schedules.random=true} others each time, {@code -Dmillrace.schedule=SEED}
 * replays one.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class SimulationTest {

  /** Always the same ones, so that a build does not fail by chance. */
  private static final long FIRST = 1_000_000;

  private static final int SCHEDULES = Integer.getInteger("millrace.schedules", 3_000);

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
    Long one = Long.getLong("millrace.schedule");
    if (one != null) {
      assertThat(SimulatedSchedule.of(one).wrong()).isEmpty();
      return;
    }
    long first = Boolean.getBoolean("millrace.schedules.random") ? System.nanoTime() : FIRST;
    for (int i = 0; i < SCHEDULES; i++) {
      long seed = first + i;
      var outcome = SimulatedSchedule.of(seed);
      if (!outcome.wrong().isEmpty()) {
        fail(
            "schedule %d of %d; replay it with -Dmillrace.schedule=%d: %s",
            i, SCHEDULES, seed, outcome.wrong());
      }
    }
  }

  @Test
  void noScheduleOfClaimsBreaksAnInvariant() {
    Long one = Long.getLong("millrace.schedule");
    long first =
        one != null
            ? one
            : Boolean.getBoolean("millrace.schedules.random") ? System.nanoTime() : FIRST;
    for (int i = 0; i < (one != null ? 1 : SCHEDULES / 3); i++) {
      long seed = first + i;
      assertThat(SimulatedClaims.of(seed))
          .as("schedule %d of claims; replay it with -Dmillrace.schedule=%d", i, seed)
          .isEmpty();
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
