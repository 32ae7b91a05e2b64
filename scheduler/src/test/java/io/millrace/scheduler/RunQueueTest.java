package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunQueueTest {

  private static final class Numbered extends Task {

    private final int number;

    Numbered(int number) {
      super(Invocation.of("f", ""));
      this.number = number;
    }

    @Override
    boolean deliver() {
      return false;
    }
  }

  private final RunQueue queue = new RunQueue(8);

  private void handOver(int from, int count) {
    for (int i = 0; i < count; i++) {
      queue.put(i, new Numbered(from + i));
    }
    queue.handOver(count);
  }

  private static int number(@Nullable Task task) {
    return ((Numbered) Objects.requireNonNull(task)).number;
  }

  @Test
  void givesWhatItWasHandedInOrderRoundAndRound() {
    List<Integer> got = new ArrayList<>();
    for (int round = 0; round < 10; round++) {
      handOver(5 * round, 5);
      for (Task task = queue.poll(); task != null; task = queue.poll()) {
        got.add(number(task));
      }
      assertThat(queue.isEmpty()).isTrue();
    }
    assertThat(got).hasSize(50).isSorted();
  }

  @Test
  void whatAThiefTookIsPassedOver() {
    handOver(0, 4);
    assertThat(number(queue.poll())).isZero();
    assertThat(number(queue.steal())).isEqualTo(1);
    assertThat(queue.size()).isEqualTo(2);
    assertThat(number(queue.poll())).isEqualTo(2);
    assertThat(number(queue.steal())).isEqualTo(3);
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.steal()).isNull();
    assertThat(queue.poll()).isNull();
  }

  @Test
  void nothingIsKeptOfWhatWasTaken() {
    handOver(0, 3);
    queue.steal();
    assertThat(queue.size()).isEqualTo(2);
    queue.poll();
    queue.poll();
    assertThat(queue.size()).isZero();
  }

  @Test
  void refusesToWriteOverWhatWasNotTaken() {
    handOver(0, 8);
    assertThatThrownBy(() -> queue.put(0, new Numbered(8)))
        .isInstanceOf(IllegalStateException.class);
  }
}
