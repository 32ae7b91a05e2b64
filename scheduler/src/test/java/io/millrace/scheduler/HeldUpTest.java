package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Publishers, subscribers and recorders that take long, or never return, hold up nobody else. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HeldUpTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  /** What two workers run and an inbox of 16 holds. */
  private static final int ALL = 2 + 16;

  private final FakeGuests guests = new FakeGuests();
  private final CountDownLatch released = new CountDownLatch(1);
  private final ScheduledWorkerPool pool = pool(WorkerPoolRecorder.NONE);

  /** A guest that is stopped has time: what these tests wait for must not need that to pass. */
  private ScheduledWorkerPool pool(WorkerPoolRecorder recorder) {
    return (ScheduledWorkerPool)
        WorkerPools.over(guests)
            .workers(2)
            .inboxCapacity(16)
            .grace(LONG.plus(LONG))
            .recorder(recorder)
            .drainTimeout(Duration.ofSeconds(5))
            .build();
  }

  @AfterEach
  void close() {
    released.countDown();
    guests.open();
    pool.close();
    assertThat(pool.metrics().waiting()).isZero();
    assertThat(pool.metrics().liveWorkers()).isZero();
  }

  private static Invocation echo(Object text) {
    return Invocation.of("echo", text.toString());
  }

  private void hold() {
    FakeGuests.awaitUninterruptibly(released);
  }

  private static void awaitSoon(Supplier<Boolean> condition) {
    await().pollInterval(Duration.ofMillis(1)).atMost(LONG).until(condition::get);
  }

  /** A subscriber that does not come back from its first reply. */
  private BaseSubscriber<Reply> heldSubscriber(CountDownLatch holds) {
    return new BaseSubscriber<>() {
      @Override
      protected void hookOnNext(Reply reply) {
        holds.countDown();
        hold();
      }
    };
  }

  /** All workers run, and all room is taken, until the gate is opened. */
  private void fill() {
    for (int i = 0; i < ALL; i++) {
      int sent = i;
      awaitSoon(() -> guests.started.get() == Math.min(2, sent));
      pool.invoke(Invocation.of("gate", "")).onErrorComplete().subscribe();
    }
  }

  // ---- publishers

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatAPublisherHasSentBeginsBeforeItReturns(boolean ordered) {
    assertThat(Objects.requireNonNull(pool.invoke(echo("warm")).block(LONG)).utf8())
        .isEqualTo("warm");
    int before = guests.started.get();
    Flux<Invocation> waiting =
        Flux.generate(
            () -> 0,
            (sent, sink) -> {
              awaitSoon(() -> guests.started.get() == before + sent); // all that it sent has begun
              if (sent == 40) {
                sink.complete();
              } else {
                sink.next(echo(sent));
              }
              return sent + 1;
            });
    Flux<Reply> replies = ordered ? pool.invokeAll(waiting) : pool.invokeAllUnordered(waiting);
    assertThat(replies.count().block(LONG)).isEqualTo(40);
  }

  /** The first worker is kept by the publisher; room comes free at the other's. */
  @Test
  void whatWaitsForRoomBeginsWhileThePublisherDoesNotReturn() {
    fill();
    AtomicInteger sent = new AtomicInteger();
    Flux<Invocation> held =
        Flux.range(0, 8)
            .map(
                i -> {
                  if (sent.getAndIncrement() == 3) {
                    hold();
                  }
                  return echo(i);
                });
    Disposable stream =
        pool.invokeAllUnordered(held).subscribeOn(Schedulers.boundedElastic()).subscribe();
    awaitSoon(() -> sent.get() == 4);
    guests.open();
    awaitSoon(() -> guests.started.get() == ALL + 3);
    released.countDown();
    awaitSoon(stream::isDisposed);
  }

  // ---- subscribers

  @Test
  void whatArrivesBeginsWhileTheSubscriberDoesNotReturn() {
    CountDownLatch holds = new CountDownLatch(1);
    BaseSubscriber<Reply> subscriber = heldSubscriber(holds);
    Sinks.Many<Invocation> source = Sinks.many().unicast().onBackpressureBuffer();
    pool.invokeAll(source.asFlux()).subscribe(subscriber);
    source.tryEmitNext(Invocation.of("gate", "")).orThrow();
    guests.open(); // so the subscriber is on a worker's thread
    FakeGuests.awaitUninterruptibly(holds);
    for (int i = 0; i < 3; i++) {
      source.tryEmitNext(echo(i)).orThrow();
    }
    awaitSoon(() -> guests.started.get() == 1 + 3);
    subscriber.cancel();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cancellingStopsGuestsAtOnceWhileTheSubscriberDoesNotReturn(boolean ordered) {
    CountDownLatch holds = new CountDownLatch(1);
    BaseSubscriber<Reply> subscriber = heldSubscriber(holds);
    Flux<Invocation> spinning = Flux.just(Invocation.of("gate", ""), Invocation.of("spin", ""));
    (ordered ? pool.invokeAll(spinning) : pool.invokeAllUnordered(spinning)).subscribe(subscriber);
    guests.open(); // so the subscriber is on a worker's thread
    FakeGuests.awaitUninterruptibly(holds);
    awaitSoon(() -> guests.started.get() == 2);
    subscriber.cancel();
    awaitSoon(() -> guests.interrupted.get() == 1);
  }

  /** Of two workers one brings replies, and the other one would give them out for ever. */
  @Test
  void aSlowSubscriberDoesNotKeepAWorkerFromItsKeys() {
    Disposable slow =
        pool.invokeAll(Flux.range(0, Integer.MAX_VALUE).map(HeldUpTest::echo))
            .doOnNext(reply -> sleep(5))
            .subscribeOn(Schedulers.boundedElastic()) // whose thread may drain, and for long
            .subscribe();
    for (int key = 0; key < 8; key++) {
      Invocation keyed = echo("key " + key).withKey("k" + key);
      for (int i = 0; i < 8; i++) {
        assertThat(Objects.requireNonNull(pool.invoke(keyed).block(LONG)).utf8())
            .isEqualTo("key " + key);
      }
    }
    slow.dispose();
  }

  private static void sleep(int millis) {
    long until = System.nanoTime() + millis * 1_000_000L;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  /** Also what is left in a drain when the last invocation has ended belongs to them. */
  @Test
  void closeWaitsForTheRepliesThatASlowSubscriberIsStillToGet() {
    AtomicInteger got = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    Sinks.Many<Invocation> source = Sinks.many().unicast().onBackpressureBuffer();
    pool.invokeAll(source.asFlux())
        .doOnComplete(ended::incrementAndGet)
        .subscribe(
            reply -> {
              sleep(3);
              got.incrementAndGet();
            });
    for (int i = 0; i < 200; i++) {
      source.tryEmitNext(Invocation.of("gate", "")).orThrow();
    }
    source.tryEmitComplete().orThrow();
    guests.open();
    awaitSoon(() -> guests.started.get() == 200);
    pool.close();
    assertThat(got.get()).isEqualTo(200);
    assertThat(ended.get()).isEqualTo(1);
  }

  /** Each leaves the signaller's thread when its turn is over. */
  @Test
  void manySlowSubscribersDoNotKeepErrorsFromOthers() {
    WorkerPool roomy =
        WorkerPools.over(guests).workers(2).inboxCapacity(4096).grace(LONG.plus(LONG)).build();
    List<Disposable> slow = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      slow.add(
          roomy
              .invokeAll(
                  Flux.interval(
                          Duration.ofMillis(1), Schedulers.boundedElastic()) // which may block
                      .onBackpressureDrop()
                      .map(HeldUpTest::echo),
                  4)
              .doOnNext(reply -> pause(15))
              .subscribe());
    }
    pause(1_000);
    assertErrorBesideHeldSubscriber(roomy, "gate");
    slow.forEach(Disposable::dispose);
    released.countDown();
    roomy.terminate();
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void anErrorDoesNotWaitBehindASubscriberThatDoesNotReturn() {
    assertErrorBesideHeldSubscriber(pool, "spin");
  }

  /** The bound that WorkerPool promises. A worker's thread must not be needed for any. */
  @Test
  void anErrorDoesNotWaitBehindAsManySubscribersAsThereMayBe() {
    int most = Signaller.MOST_THREADS - 1;
    CountDownLatch holds = new CountDownLatch(most);
    try (WorkerPool roomy =
        WorkerPools.over(guests)
            .workers(1)
            .inboxCapacity(2 * most)
            .grace(LONG.plus(LONG))
            .build()) {
      Disposable running = roomy.invoke(Invocation.of("gate", "")).subscribe();
      awaitSoon(() -> guests.started.get() == 1);
      Invocation late = echo("late").withDeadline(Duration.ofMillis(20));
      for (int i = 0; i < most; i++) {
        roomy
            .invoke(late)
            .subscribe(
                reply -> {},
                error -> {
                  holds.countDown();
                  hold();
                });
      }
      awaitSoon(() -> holds.getCount() == 0);
      assertThat(roomy.invoke(late).materialize().block(LONG)).matches(Signal::isOnError);
      released.countDown();
      guests.open();
      awaitSoon(running::isDisposed);
    }
  }

  /** A subscriber keeps its error; another one gets the same all the same. */
  private void assertErrorBesideHeldSubscriber(WorkerPool in, String function) {
    CountDownLatch holds = new CountDownLatch(1);
    Invocation late = Invocation.of(function, "").withDeadline(Duration.ofMillis(20));
    in.invoke(late)
        .subscribe(
            reply -> {},
            error -> {
              holds.countDown();
              hold();
            });
    FakeGuests.awaitUninterruptibly(holds);
    assertThat(in.invoke(late).materialize().block(LONG)).matches(signal -> signal.isOnError());
  }

  /** Whoever submits delivers some of them, and what is submitted by those does not go deeper. */
  @Test
  void answersThatNobodyTakesHaveABound() {
    CountDownLatch holds = new CountDownLatch(Signaller.MOST_THREADS);
    for (int i = 0; i < Signaller.MOST_THREADS; i++) {
      pool.signaller()
          .add(
              () -> {
                holds.countDown();
                hold();
              });
    }
    awaitSoon(() -> holds.getCount() == 0);
    AtomicInteger delivered = new AtomicInteger();
    int all = 20_000;
    for (int i = 0; i < all; i++) {
      pool.signaller()
          .add(
              () -> {
                delivered.incrementAndGet();
                pool.invoke(echo("again")).onErrorComplete().subscribe();
              });
    }
    pool.invoke(echo("one")).onErrorComplete().block(LONG);
    assertThat(delivered.get()).isGreaterThan(all - 5_000);
  }

  // ---- recorders

  @Test
  void aRecorderThatDoesNotReturnKeepsNoDeadlineOfOthersFromBeingKept() {
    CountDownLatch holds = new CountDownLatch(1);
    try (WorkerPool told =
        pool(
            new WorkerPoolRecorder() {
              @Override
              public void failed(Reply.Failed reply) {
                if (reply.invocation().function().equals("spin")) {
                  holds.countDown();
                  hold();
                }
              }
            })) {
      Duration soon = Duration.ofMillis(20);
      told.invoke(Invocation.of("spin", "").withDeadline(soon)).onErrorComplete().subscribe();
      FakeGuests.awaitUninterruptibly(holds);
      Mono<Reply> other = told.invoke(Invocation.of("gate", "").withDeadline(soon));
      assertThat(other.materialize().block(LONG)).matches(signal -> signal.isOnError());
      released.countDown();
    }
  }

  /** Room is told by whoever gives it back, here the watchdog. */
  @Test
  void aRecorderIsToldOfNothingByTheWatchdog() {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    try (ScheduledWorkerPool told =
        pool(
            new WorkerPoolRecorder() {
              @Override
              public void failed(Reply.Failed reply) {
                threads.add(Thread.currentThread().getName());
              }

              @Override
              public void cancelled(Invocation invocation) {
                threads.add(Thread.currentThread().getName());
              }
            })) {
      for (int i = 0; i < ALL; i++) {
        int sent = i;
        awaitSoon(() -> guests.started.get() == Math.min(2, sent));
        told.invoke(Invocation.of("gate", "").withDeadline(Duration.ofMillis(i < 2 ? 60_000 : 300)))
            .onErrorComplete()
            .subscribe();
      }
      Disposable waiting =
          told.invokeAll(Flux.range(0, 8).map(i -> echo(i).withDeadline(Duration.ofMillis(400))))
              .subscribe();
      awaitSoon(waiting::isDisposed);
      assertThat(threads).isNotEmpty().noneMatch(name -> name.contains("watchdog"));
      guests.open();
    }
  }

  // ---- streams that are gone

  @Test
  void aStreamThatIsCancelledWhileItWaitsForRoomIsForgotten() {
    fill();
    Disposable waiting = pool.invokeAll(Flux.range(0, 8).map(HeldUpTest::echo)).subscribe();
    awaitSoon(() -> pool.streams().isRoomAwaited());
    waiting.dispose();
    assertThat(pool.streams().isRoomAwaited()).isFalse();
  }

  @Test
  void closingFromAWorkersThreadEndsThePoolAfterTheDrainTimeout() {
    WorkerPool hasty =
        WorkerPools.over(guests).workers(2).drainTimeout(Duration.ofMillis(50)).build();
    Mono<Reply> endless = hasty.invoke(Invocation.of("spin", "")).cache();
    endless.onErrorComplete().subscribe();
    awaitSoon(() -> guests.started.get() == 1);
    hasty.invoke(echo("last")).subscribe(reply -> hasty.close());
    assertThat(endless.materialize().block(LONG)).matches(signal -> signal.isOnError());
    awaitSoon(() -> hasty.metrics().liveWorkers() == 0);
  }
}
