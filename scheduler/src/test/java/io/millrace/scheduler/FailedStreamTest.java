package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** A stream whose guest fails behind what it has posted. */
class FailedStreamTest {

  @Test
  void theErrorComesAfterAllMessagesThatWereTaken() {
    AtomicInteger messages = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    BaseSubscriber<byte[]> slow =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(1);
          }

          @Override
          protected void hookOnNext(byte[] message) {
            messages.incrementAndGet();
          }

          @Override
          protected void hookOnError(Throwable thrown) {
            failure.set(thrown);
          }
        };
    try (WorkerPool pool = TckGuests.pool()) {
      pool.stream(TckGuests.postingInVain(10)).subscribe(slow);
      await().until(() -> pool.metrics().failed() == 1);
      await().during(Duration.ofMillis(200)).until(() -> failure.get() == null);
      slow.request(20);
      await().until(() -> failure.get() instanceof WorkerException.GuestFailed);
      assertThat(messages).hasValue(10);
    }
  }
}
