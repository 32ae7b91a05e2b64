package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.SizeClassArena;
import io.millrace.memory.Slice;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
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
import org.reactivestreams.Subscription;
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
  private final ScheduledWorkerPool pool = pool(16, WorkerPoolRecorder.NONE);

  /** A guest that is stopped has time: what these tests wait for must not need that to pass. */
  private ScheduledWorkerPool pool(int capacity, WorkerPoolRecorder recorder) {
    return (ScheduledWorkerPool)
        WorkerPools.over(guests)
            .workers(2)
            .inboxCapacity(capacity)
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

  /** There is always more; each is held until the gate is opened. */
  private static Flux<Invocation> gates() {
    return Flux.range(0, Integer.MAX_VALUE).map(i -> Invocation.of("gate", ""));
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

  /** The publisher keeps the drain, too: who brings the room has to submit. */
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
    BaseSubscriber<Reply> stream =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {}
        };
    pool.invokeAllUnordered(held).subscribe(stream);
    stream.request(3);
    assertThat(pool.roomQueue().isAwaited()).isTrue();
    Schedulers.boundedElastic().schedule(() -> stream.request(5));
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
    try (WorkerPool roomy = pool(4096, WorkerPoolRecorder.NONE)) {
      Disposable slow = roomy.invokeAll(gates()).doOnNext(reply -> sleep(5)).subscribe();
      guests.open(); // so the subscriber is on a worker's thread
      try {
        for (int key = 0; key < 8; key++) {
          Invocation keyed = echo("key " + key).withKey("k" + key);
          for (int i = 0; i < 8; i++) {
            assertThat(Objects.requireNonNull(roomy.invoke(keyed).block(LONG)).utf8())
                .isEqualTo("key " + key);
          }
        }
      } finally {
        slow.dispose();
      }
    }
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

  /**
   * They are more than the signaller has threads, and as workers are at the gate no other thread
   * gives them their replies. One that stayed with its subscriber would stay for 25 s.
   */
  @Test
  void manySlowSubscribersDoNotKeepErrorsFromOthers() {
    try (WorkerPool roomy = pool(4096, WorkerPoolRecorder.NONE)) {
      roomy.invoke(Invocation.of("gate", "")).subscribe();
      roomy.invoke(Invocation.of("gate", "")).subscribe();
      awaitSoon(() -> guests.started.get() == 2);
      Flux<Invocation> late = gates().map(each -> each.withDeadline(Duration.ofSeconds(1)));
      AtomicInteger held = new AtomicInteger();
      List<Disposable> slow = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        slow.add(
            roomy
                .invokeAll(late, 128)
                .doOnNext(
                    reply -> {
                      held.incrementAndGet();
                      pause(200);
                    })
                .subscribe());
      }
      try {
        awaitSoon(() -> held.get() >= 16);
        assertErrorBesideHeldSubscriber(roomy);
      } finally {
        slow.forEach(Disposable::dispose);
        released.countDown();
        guests.open();
      }
    }
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
    assertErrorBesideHeldSubscriber(pool);
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
  private void assertErrorBesideHeldSubscriber(WorkerPool in) {
    CountDownLatch holds = new CountDownLatch(1);
    Invocation late = Invocation.of("spin", "").withDeadline(Duration.ofMillis(20));
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
    AtomicInteger depth = new AtomicInteger();
    AtomicInteger deepest = new AtomicInteger();
    int all = 20_000;
    for (int i = 0; i < all; i++) {
      pool.signaller()
          .add(
              () -> {
                delivered.incrementAndGet();
                int now = depth.incrementAndGet();
                deepest.accumulateAndGet(now, Math::max);
                if (now == 1) {
                  pool.invoke(echo("again")).onErrorComplete().subscribe();
                }
                depth.decrementAndGet();
              });
    }
    pool.invoke(echo("one")).onErrorComplete().block(LONG);
    assertThat(delivered.get()).isGreaterThan(all - 5_000);
    assertThat(deepest.get()).isEqualTo(1);
  }

  // ---- recorders

  @Test
  void aRecorderThatDoesNotReturnKeepsNoDeadlineOfOthersFromBeingKept() {
    CountDownLatch holds = new CountDownLatch(1);
    try (WorkerPool told =
        pool(
            16,
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
      try {
        assertThat(other.materialize().block(LONG)).matches(signal -> signal.isOnError());
      } finally {
        released.countDown();
      }
    }
  }

  /** It gives room back, and so submits what waits for some; one of these is refused then. */
  @Test
  void theWatchdogRunsNeitherTheRecorderNorASubscriber() {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    try (ScheduledWorkerPool told =
        pool(
            16,
            new WorkerPoolRecorder() {
              @Override
              public void failed(Reply.Failed reply) {
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
      Slice slice =
          new SizeClassArena(new PrivateLinearMemory(new PageLimits(1, 1)), 0, 65_536)
              .allocate(8, 8);
      Invocation handedOver = Invocation.of("busy", Payload.transferred(slice)); // once only
      Disposable waiting =
          told.invokeAllUnordered(Flux.just(echo("first"), handedOver, handedOver))
              .subscribe(reply -> threads.add(Thread.currentThread().getName()));
      awaitSoon(() -> told.metrics().failed() == ALL - 2 + 1 && told.metrics().waiting() == 2);
      guests.open();
      awaitSoon(waiting::isDisposed);
      assertThat(threads).isNotEmpty().noneMatch(name -> name.contains("watchdog"));
    }
  }

  // ---- streams that are gone

  @Test
  void aStreamThatIsCancelledWhileItWaitsForRoomIsForgotten() {
    fill();
    Disposable waiting = pool.invokeAll(Flux.range(0, 8).map(HeldUpTest::echo)).subscribe();
    awaitSoon(() -> pool.roomQueue().isAwaited());
    waiting.dispose();
    assertThat(pool.roomQueue().isAwaited()).isFalse();
  }

  @Test
  void closingFromAWorkersThreadEndsThePoolAfterTheDrainTimeout() {
    WorkerPool hasty =
        WorkerPools.over(guests).workers(2).drainTimeout(Duration.ofMillis(50)).build();
    Mono<Reply> endless = hasty.invoke(Invocation.of("spin", "")).cache();
    endless.onErrorComplete().subscribe();
    awaitSoon(() -> guests.started.get() == 1);
    hasty.invoke(echo("last")).subscribe(reply -> hasty.close());
    try {
      assertThat(endless.materialize().block(LONG)).matches(signal -> signal.isOnError());
      awaitSoon(() -> hasty.metrics().liveWorkers() == 0);
    } finally {
      hasty.terminate();
    }
  }
}
