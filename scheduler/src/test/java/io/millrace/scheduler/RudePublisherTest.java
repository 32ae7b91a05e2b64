package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.test.StepVerifier;

/** Publishers that break the rules of Reactive Streams harm their own stream, and nobody else. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RudePublisherTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private final WorkerPool pool =
      WorkerPools.over(new FakeGuests()).workers(2).inboxCapacity(16).build();

  /** What it does each time that it is asked for so many. */
  private static Publisher<Invocation> rude(
      BiConsumer<Subscriber<? super Invocation>, Long> onRequest) {
    return subscriber ->
        subscriber.onSubscribe(
            new Subscription() {
              @Override
              public void request(long n) {
                onRequest.accept(subscriber, n);
              }

              @Override
              public void cancel() {}
            });
  }

  private static Invocation echo(Object text) {
    return Invocation.of("echo", text.toString());
  }

  @AfterEach
  void othersAreUnharmed() {
    Hooks.resetOnNextDropped();
    Hooks.resetOnErrorDropped();
    await().until(() -> pool.metrics().waiting() == 0);
    List<Reply> replies =
        pool.invokeAll(Flux.range(0, 500).map(RudePublisherTest::echo)).collectList().block(LONG);
    assertThat(Objects.requireNonNull(replies).stream().map(Reply::utf8).toList())
        .isEqualTo(IntStream.range(0, 500).mapToObj(String::valueOf).toList());
    pool.close();
    assertThat(pool.metrics().diedWorkers()).isZero();
    assertThat(pool.metrics().waiting()).isZero();
  }

  @Test
  void moreThanWasRequestedEndsTheStream() {
    StepVerifier.create(
            pool.invokeAll(
                    rude(
                        (subscriber, n) -> {
                          for (int i = 0; i < 500; i++) {
                            subscriber.onNext(echo(i));
                          }
                        }))
                .ignoreElements())
        .expectErrorMatches(error -> error.toString().contains("than were requested"))
        .verify(LONG);
  }

  @Test
  void moreThanWasRequestedIsAnErrorAlsoWhenItCompletes() {
    StepVerifier.create(
            pool.invokeAll(
                    rude(
                        (subscriber, n) -> {
                          for (long i = 0; i < Math.min(n, 1000) + 8; i++) {
                            subscriber.onNext(echo(i));
                          }
                          subscriber.onComplete();
                        }))
                .ignoreElements())
        .expectErrorMatches(error -> error.toString().contains("than were requested"))
        .verify(LONG);
  }

  @Test
  @SuppressWarnings("NullAway") // what this test is about
  void nullEndsTheStreamAfterTheRepliesBeforeIt() {
    StepVerifier.create(
            pool.invokeAll(
                    rude(
                        (subscriber, n) -> {
                          subscriber.onNext(echo("first"));
                          subscriber.onNext(null);
                        }))
                .map(Reply::utf8))
        .expectNext("first")
        .expectError(NullPointerException.class)
        .verify(LONG);
  }

  @Test
  void aRequestThatThrowsReachesTheDownstream() {
    StepVerifier.create(
            pool.invokeAll(
                rude(
                    (subscriber, n) -> {
                      throw new IllegalStateException("request");
                    })))
        .expectErrorMessage("request")
        .verify(LONG);
  }

  @Test
  void aLaterRequestThatThrowsEndsTheStreamAfterItsReplies() {
    AtomicInteger calls = new AtomicInteger();
    StepVerifier.create(
            pool.invokeAll(
                    rude(
                        (subscriber, n) -> {
                          if (calls.getAndIncrement() > 0) {
                            throw new IllegalStateException("request");
                          }
                          for (long i = 0; i < n; i++) {
                            subscriber.onNext(echo(i));
                          }
                        }))
                .ignoreElements())
        .expectErrorMessage("request")
        .verify(LONG);
  }

  @Test
  void signalsFromTwoThreadsAreAllAnsweredOnce() {
    int all = 400_000;
    AtomicInteger sent = new AtomicInteger();
    Semaphore wanted = new Semaphore(0);
    Publisher<Invocation> torn =
        subscriber -> {
          rude((self, n) -> wanted.release((int) Math.min(n, all))).subscribe(subscriber);
          for (int i = 0; i < 2; i++) {
            Thread sender =
                new Thread(
                    () -> {
                      for (int next; (next = sent.getAndIncrement()) < all; ) {
                        wanted.acquireUninterruptibly();
                        subscriber.onNext(echo(next));
                      }
                    });
            sender.setDaemon(true);
            sender.start();
          }
        };
    try (WorkerPool roomy =
        WorkerPools.over(new FakeGuests()).workers(2).inboxCapacity(4096).build()) {
      BitSet answered = new BitSet(all);
      roomy
          .invokeAllUnordered(torn)
          .take(all)
          .doOnNext(reply -> answered.set(Integer.parseInt(reply.utf8())))
          .blockLast(LONG);
      assertThat(answered.cardinality()).isEqualTo(all);
    }
  }

  @Test
  void whatComesAfterTheEndIsDroppedAndToldToReactor() {
    Queue<Object> dropped = new ConcurrentLinkedQueue<>();
    Hooks.onNextDropped(dropped::add);
    Hooks.onErrorDropped(dropped::add);
    IllegalStateException late = new IllegalStateException("late");
    StepVerifier.create(
            pool.invokeAll(
                    rude(
                        (subscriber, n) -> {
                          subscriber.onNext(echo("first"));
                          subscriber.onComplete();
                          subscriber.onNext(echo("second"));
                          subscriber.onComplete();
                          subscriber.onError(late);
                        }))
                .map(Reply::utf8))
        .expectNext("first")
        .verifyComplete();
    assertThat(dropped).hasSize(2).contains(late);
  }

  @Test
  void aSecondSubscriptionIsCancelledAndTheFirstGoesOn() {
    AtomicInteger cancelled = new AtomicInteger();
    Publisher<Invocation> twice =
        subscriber -> {
          Flux.just(echo("first")).subscribe(subscriber);
          subscriber.onSubscribe(
              new Subscription() {
                @Override
                public void request(long n) {
                  throw new AssertionError("asked for " + n);
                }

                @Override
                public void cancel() {
                  cancelled.incrementAndGet();
                }
              });
        };
    Hooks.onErrorDropped(error -> {});
    StepVerifier.create(pool.invokeAll(twice).map(Reply::utf8))
        .expectNext("first")
        .verifyComplete();
    assertThat(cancelled).hasValue(1);
  }
}
