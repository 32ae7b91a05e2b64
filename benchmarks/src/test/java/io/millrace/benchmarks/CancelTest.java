package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.benchmarks.CancelProfile.Neighbours;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.Guest;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CancelTest {

  private static final Invocation CALL = Invocation.of("sha256", "abc");

  private static WorkerPool pool(Guest guest) {
    return WorkerPools.over(new FakeGuests(guest)).workers(1).inboxCapacity(4).build();
  }

  private static Figures figures(Neighbours neighbours) {
    Figures figures = new Figures();
    neighbours.put(figures);
    return figures;
  }

  @Test
  void neighboursThatAreDoneUntilTheEndAreBelieved() throws Exception {
    try (WorkerPool pool = pool(invocation -> new byte[1])) {
      Neighbours neighbours = new Neighbours(pool, CALL);
      neighbours.stop(Duration.ofSeconds(10));
      Figures figures = figures(neighbours);
      assertThat(figures.doubts()).isEmpty();
      assertThat(figures.values().get("cancel.neighbours")).isPositive();
      assertThat(figures.values()).containsEntry("cancel.neighboursHit", 0.0);
    }
  }

  @Test
  void neighboursThatAreHitAreCounted() throws Exception {
    Guest failing =
        invocation -> {
          throw new WorkerException.GuestFailed(invocation.function(), "a trap");
        };
    try (WorkerPool pool = pool(failing)) {
      Neighbours neighbours = new Neighbours(pool, CALL);
      neighbours.stop(Duration.ofSeconds(10));
      assertThat(figures(neighbours).values().get("cancel.neighboursHit")).isPositive();
    }
  }

  @Test
  void neighboursWhoseStreamBreaksDownAreDoubted() throws Exception {
    WorkerPool pool = pool(invocation -> new byte[1]);
    pool.close();
    Neighbours neighbours = new Neighbours(pool, CALL);
    neighbours.stop(Duration.ofSeconds(10));
    assertThat(figures(neighbours).doubts())
        .singleElement()
        .satisfies(
            why -> assertThat(why).startsWith("cancel.neighbours: their stream broke down: "));
  }

  @Test
  void neighboursThatHangAreDoubted() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Guest hanging =
        invocation -> {
          try {
            go.await();
          } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
          }
          return new byte[1];
        };
    try (WorkerPool pool = pool(hanging)) {
      Neighbours neighbours = new Neighbours(pool, CALL);
      neighbours.stop(Duration.ofMillis(20));
      assertThat(figures(neighbours).doubts())
          .containsExactly("cancel.neighbours: they did not end within 20 ms");
      go.countDown();
    }
  }

  /** It once went on until one was. */
  @Test
  void runawaysOfWhichNoneIsStartedComeToAnEnd() throws Exception {
    Guest busy =
        invocation -> {
          throw new WorkerException.DeadlineExceeded("spin", Duration.ofMillis(10), false);
        };
    Figures figures = new Figures();
    try (WorkerPool pool = pool(busy)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> CancelProfile.lateMillis(figures, pool, 5))
          .withMessage("of 15 runaways 0 were started, 5 are wanted");
    }
    assertThat(figures.values()).containsEntry("cancel.notStarted", 15.0);
  }
}
