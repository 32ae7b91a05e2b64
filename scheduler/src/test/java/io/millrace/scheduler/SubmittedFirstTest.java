package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolRecorder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** A recorder is told that an invocation was submitted before anything else of it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SubmittedFirstTest {

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final CountDownLatch telling = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final SharingGuests guests = new SharingGuests();
  private final WorkerPool pool =
      WorkerPools.over(guests)
          .workers(1)
          .inboxCapacity(4)
          .recorder(
              new WorkerPoolRecorder() {
                @Override
                public void submitted(Invocation invocation, ContextView context) {
                  telling.countDown();
                  try {
                    cancelled.await();
                  } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                  }
                  told.add("submitted");
                }

                @Override
                public void cancelled(Invocation invocation) {
                  told.add("cancelled");
                }
              })
          .build();

  @AfterEach
  void end() {
    pool.terminate();
    pool.close();
  }

  private <T> void cancelWhileItIsTold(Mono<T> submission) throws Exception {
    BaseSubscriber<T> subscriber =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            // Asks for nothing yet.
          }

          @Override
          protected void hookOnNext(T value) {
            told.add("answered");
          }
        };
    submission.subscribe(subscriber);
    CompletableFuture<Void> request = CompletableFuture.runAsync(subscriber::requestUnbounded);
    telling.await();
    subscriber.cancel();
    cancelled.countDown();
    request.get();
    assertThat(told).containsExactly("submitted", "cancelled");
    assertThat(pool.metrics().cancelled()).isEqualTo(1);
    assertThat(pool.metrics().waiting()).isZero();
    assertThat(guests.fakes.started.get()).isZero();
    assertThat(guests.arena.usedBytes()).isZero();
  }

  @Test
  void anInvocationThatIsCancelledWhileItIsToldIsCancelledAfterwards() throws Exception {
    cancelWhileItIsTold(pool.invoke(Invocation.of("echo", "")));
  }

  @Test
  void aClaimThatIsCancelledWhileItIsToldIsCancelledAfterwards() throws Exception {
    cancelWhileItIsTold(pool.claim(Invocation.of("echo", Payload.reserved(8))));
  }
}
