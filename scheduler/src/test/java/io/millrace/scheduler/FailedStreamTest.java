package io.millrace.scheduler;

import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** A stream whose guest fails behind what it has posted. */
class FailedStreamTest {

  @Test
  void theErrorComesAfterAllMessagesThatWereTaken() {
    try (WorkerPool pool = TckGuests.pool()) {
      StepVerifier.create(pool.stream(TckGuests.postingInVain(10)), 1)
          .expectNextCount(1)
          .then(() -> awaitFailure(pool))
          .thenRequest(20)
          .expectNextCount(9)
          .expectError(WorkerException.GuestFailed.class)
          .verify(Duration.ofSeconds(20));
    }
  }

  private static void awaitFailure(WorkerPool pool) {
    await().until(() -> pool.metrics().failed() == 1);
  }
}
