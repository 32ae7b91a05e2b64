package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineTableTest {

  private static final class Timed extends Task {

    Timed(long submittedNanos, long deadlineNanos) {
      super(Invocation.of("f", "").withDeadline(Duration.ofNanos(deadlineNanos)));
      submitted(submittedNanos);
      admitUnseen();
    }

    @Override
    boolean deliver() {
      return false;
    }
  }

  /** The clock may begin anywhere, and pass the end of what a long can count. */
  @ParameterizedTest
  @ValueSource(longs = {0, -5, Long.MAX_VALUE - 1_000, Long.MIN_VALUE})
  void eachIsHandedOverOnceAndNotBeforeItsTime(long epoch) {
    watch(new DeadlineTable(600, epoch), epoch);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 1_000})
  void alsoWhereFarMoreAreWatchedThanItWasMadeFor(long epoch) {
    watch(new DeadlineTable(10, epoch), epoch);
  }

  private static void watch(DeadlineTable table, long epoch) {
    long seed = epoch ^ 42;
    Random random = new Random(seed);
    List<Task> open = new ArrayList<>();
    List<Task> passed = new ArrayList<>();
    long now = epoch;
    for (int step = 0; step < 3_000; step++) {
      now += random.nextInt(20);
      if (open.size() < 600) {
        Task task = new Timed(now, 1 + random.nextInt(5_000));
        table.add(task);
        open.add(task);
      }
      if (random.nextInt(3) == 0) {
        Task gone = open.remove(random.nextInt(open.size()));
        gone.tryAbandon();
        table.remove(gone);
      }
      long nowNanos = now;
      long next = table.scan(now, passed::add);
      for (Task task : passed) {
        assertThat(task.isPastDeadline(nowNanos)).as("seed %d", seed).isTrue();
        assertThat(open.remove(task)).as("once, seed %d", seed).isTrue();
        task.tryAbandon();
      }
      passed.clear();
      assertThat(open).noneMatch(task -> task.isPastDeadline(nowNanos));
      for (Task task : open) {
        assertThat(task.deadlineNanos() - now).isGreaterThanOrEqualTo(next);
      }
    }
  }
}
