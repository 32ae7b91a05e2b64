package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.Payload;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class FlightBudgetTest {

  private static final DeadlineWindow UNLIMITED = new DeadlineWindow(1, null);

  /** Admits on a thread of its own. */
  private static CompletableFuture<Void> admit(FlightBudget budget, long costBytes) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            budget.admit(costBytes);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        task -> new Thread(task).start());
  }

  private static void waits(CompletableFuture<Void> admission) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(admission).isNotDone();
  }

  @Test
  void oneRecordAlwaysGetsInHoweverLarge() throws Exception {
    FlightBudget budget = new FlightBudget(100, 0, UNLIMITED);
    budget.admit(1_000_000);
    budget.release(1_000_000);
    budget.admit(1_000_000);
  }

  @Test
  void theReaderWaitsForRoomAndGoesOnWhenThereIs() throws Exception {
    FlightBudget budget = new FlightBudget(100, 0, UNLIMITED);
    budget.admit(60);
    CompletableFuture<Void> second = admit(budget, 60);
    waits(second);
    budget.release(60);
    second.get();
  }

  @Test
  void repliesAreExpectedToBeLargeUntilTheyAreNot() throws Exception {
    FlightBudget budget = new FlightBudget(1_000, 1_000, UNLIMITED);
    budget.admit(1);
    CompletableFuture<Void> second = admit(budget, 1);
    waits(second);
    for (int i = 0; i < 100; i++) {
      budget.replied(10, 0);
    }
    budget.release(1);
    second.get();
    budget.admit(1); // two of ten bytes each are no trouble
  }

  @Test
  void aRunThatIsGivenUpDoesNotWaitForEver() throws Exception {
    FlightBudget budget = new FlightBudget(100, 0, UNLIMITED);
    budget.admit(60);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> budget.admit(60)).isInstanceOf(InterruptedException.class);
  }

  @Test
  void underADeadlineOneRecordForEachWorkerIsInFlightAtFirst() throws Exception {
    FlightBudget budget =
        new FlightBudget(1_000_000, 0, new DeadlineWindow(2, Duration.ofSeconds(1)));
    budget.admit(1);
    budget.admit(1);
    CompletableFuture<Void> third = admit(budget, 1);
    waits(third);
    budget.replied(1, 1_000);
    budget.release(1);
    third.get();
  }

  @Test
  void underADeadlineQuickGuestsGetMoreAtATime() {
    DeadlineWindow window = new DeadlineWindow(2, Duration.ofSeconds(1));
    assertThat(window.records()).isEqualTo(2);
    for (int i = 0; i < 1_000; i++) {
      window.served(1_000_000);
    }
    assertThat(window.records()).isEqualTo(500); // a quarter of a second's worth
    window.served(1_000_000_000);
    assertThat(window.records()).isEqualTo(2);
  }

  @Test
  void aRangeOfAChunkCostsItsLengthAndAnArrayOfItsOwnAllOfIt() {
    Payload.Copied range = Payload.copied(new byte[ChunkedInput.CHUNK_BYTES], 10, 20);
    Payload.Copied own = Payload.copied(new byte[1_000_000], 0, 600_000);
    Payload.Copied empty = Payload.copied(new byte[0]);
    long bookkeeping = FlightBudget.costOf(empty);
    assertThat(FlightBudget.costOf(range)).isEqualTo(20 + bookkeeping);
    assertThat(FlightBudget.costOf(own)).isEqualTo(1_000_000 + bookkeeping);
  }

  @Test
  void theLargestOfLateRisesAtOnceAndSinksSlowly() {
    RecentMaximum largest = new RecentMaximum(0);
    largest.add(160);
    assertThat(largest.get()).isEqualTo(160);
    largest.add(1);
    assertThat(largest.get()).isEqualTo(150);
    largest.add(400);
    assertThat(largest.get()).isEqualTo(400);
  }
}
