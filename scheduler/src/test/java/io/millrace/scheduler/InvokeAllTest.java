package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InvokeAllTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private final FakeGuests guests = new FakeGuests();
  private final WorkerPool pool =
      WorkerPools.over(guests)
          .workers(2)
          .inboxCapacity(16)
          .drainTimeout(Duration.ofSeconds(5))
          .build();

  @AfterEach
  void close() {
    guests.open();
    pool.close();
    assertThat(guests.strayInterrupts.get()).as("interrupts that hit a neighbour").isZero();
    assertThat(guests.concurrentUses.get()).as("guests used by two threads at once").isZero();
    assertThat(pool.metrics().waiting()).as("permits not given back").isZero();
  }

  private static List<Reply> all(Flux<Reply> replies) {
    return Objects.requireNonNull(replies.collectList().block(LONG));
  }

  private static Flux<Invocation> numbers(int count) {
    return Flux.range(0, count).map(i -> Invocation.of("echo", Integer.toString(i)));
  }

  /** Of a stream that is cancelled, which may stop those that have just begun. */
  private static Flux<Invocation> givenUp(int count) {
    return Flux.range(0, count).map(i -> Invocation.of("given-up", ""));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 2", "2, 1", "2, 3", "4, 16", "3, 1000"})
  void answersEveryInvocationOnceAndInOrder(int workers, int capacity) {
    try (WorkerPool other =
        WorkerPools.over(new FakeGuests()).workers(workers).inboxCapacity(capacity).build()) {
      int count = 20_000;
      List<Reply> replies = all(other.invokeAll(numbers(count)));
      assertThat(replies).hasSize(count);
      for (int i = 0; i < count; i++) {
        assertThat(replies.get(i).utf8()).isEqualTo(Integer.toString(i));
      }
      assertThat(other.metrics().waiting()).isZero();
    }
  }

  @Test
  void noReplyWaitsBehindARunThatTakesUnexpectedlyLong() {
    int before = 5_000;
    FakeGuests slow = new FakeGuests();
    try (WorkerPool single = WorkerPools.over(slow).workers(1).inboxCapacity(64).build()) {
      AtomicInteger replies = new AtomicInteger();
      single
          .invokeAll(
              Flux.range(0, before + 100)
                  .map(i -> Invocation.of(i == before ? "gate" : "echo", "")))
          .subscribe(reply -> replies.incrementAndGet());
      await().until(() -> replies.get() == before);
      slow.open();
      await().until(() -> replies.get() == before + 100);
    }
  }

  @Test
  void roomThatComesFreeWithALongRunIsUsedAlthoughRunsWereShort() {
    FakeGuests slow = new FakeGuests();
    CountDownLatch held = new CountDownLatch(1);
    try (WorkerPool narrow = WorkerPools.over(slow).workers(2, 2).inboxCapacity(1).build()) {
      all(narrow.invokeAll(numbers(5_000).map(each -> each.withKey("key"))));
      narrow
          .invoke(Invocation.of("echo", "").withKey("key"))
          .subscribe(reply -> FakeGuests.awaitUninterruptibly(held));
      await().until(() -> slow.started.get() == 5_001);
      narrow.invoke(Invocation.of("gate", "").withKey("key")).subscribe(); // behind that subscriber
      AtomicInteger replies = new AtomicInteger();
      narrow
          .invokeAll(Flux.just(Invocation.of("gate", "")))
          .subscribe(reply -> replies.incrementAndGet()); // finds no room
      held.countDown();
      await().until(() -> slow.started.get() == 5_003);
      slow.open();
      await().until(() -> replies.get() == 1);
    }
  }

  @Test
  void aStreamGoesOnWhoseArrivalsExpiredWhileTheyWaitedForRoom() {
    FakeGuests slow = new FakeGuests();
    try (WorkerPool narrow = WorkerPools.over(slow).workers(1).inboxCapacity(1).build()) {
      narrow.invoke(Invocation.of("gate", "")).subscribe();
      await().until(() -> slow.started.get() == 1);
      narrow.invoke(Invocation.of("gate", "")).subscribe(); // takes the room
      AtomicInteger replies = new AtomicInteger();
      narrow
          .invokeAllUnordered(numbers(10).map(each -> each.withDeadline(Duration.ofMillis(20))))
          .subscribe(reply -> replies.incrementAndGet());
      await().until(() -> replies.get() == 2); // all that its window lets in
      slow.open();
      await().until(() -> replies.get() == 10);
    }
  }

  @Test
  void aFailureIsAReplyAndEndsNothing() {
    List<Reply> replies =
        all(
            pool.invokeAll(
                Flux.range(0, 100)
                    .map(i -> Invocation.of(i % 10 == 3 ? "trap" : "echo", Integer.toString(i)))));
    assertThat(replies).hasSize(100);
    for (int i = 0; i < 100; i++) {
      if (i % 10 == 3) {
        assertThat(replies.get(i)).isInstanceOf(Reply.Failed.class);
      } else {
        assertThat(replies.get(i).utf8()).isEqualTo(Integer.toString(i));
      }
    }
  }

  @Test
  void neverAsksForMoreThanThereIsRoomFor() {
    AtomicLong requested = new AtomicLong();
    AtomicInteger emitted = new AtomicInteger();
    Flux<Invocation> upstream =
        Flux.range(0, 1_000)
            .map(i -> Invocation.of("gate", ""))
            .doOnRequest(requested::addAndGet)
            .doOnNext(each -> emitted.incrementAndGet());
    AtomicInteger replies = new AtomicInteger();
    pool.invokeAll(upstream).subscribe(reply -> replies.incrementAndGet());
    await().until(() -> guests.started.get() == 2);
    await()
        .during(Duration.ofMillis(100))
        .until(() -> pool.metrics().waiting() <= 16 && emitted.get() <= 16 / 2 + 2);
    assertThat(requested.get()).isLessThanOrEqualTo(16 / 2 + 2);
    guests.open();
    await().until(() -> replies.get() == 1_000);
  }

  @Test
  void runsNoMoreThanTheDownstreamAskedFor() {
    List<Reply> got = new ArrayList<>();
    BaseSubscriber<Reply> slow =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {}

          @Override
          protected void hookOnNext(Reply reply) {
            got.add(reply);
          }
        };
    pool.invokeAll(numbers(100)).subscribe(slow);
    assertThat(guests.started.get()).isZero();
    slow.request(3);
    await().until(() -> got.size() == 3);
    slow.request(4);
    await().until(() -> got.size() == 7);
    assertThat(guests.started.get()).isEqualTo(7);
    slow.cancel();
  }

  @Test
  void anErrorOfTheUpstreamComesAfterTheRepliesBeforeIt() {
    Flux<Invocation> upstream =
        numbers(10).concatWith(Flux.error(new IllegalStateException("upstream")));
    StepVerifier.create(pool.invokeAll(upstream).map(Reply::utf8))
        .expectNext("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
        .expectErrorMessage("upstream")
        .verify(LONG);
  }

  @Test
  void anEmptyUpstreamCompletes() {
    StepVerifier.create(pool.invokeAll(Flux.empty())).expectComplete().verify(LONG);
  }

  @Test
  void cancellingDropsWhatWaitsStopsWhatRunsAndGivesTheRoomBack() {
    AtomicBoolean upstreamCancelled = new AtomicBoolean();
    Flux<Invocation> upstream =
        Flux.range(0, 1_000)
            .map(i -> Invocation.of("spin", ""))
            .doOnCancel(() -> upstreamCancelled.set(true));
    var subscription = pool.invokeAll(upstream).subscribe();
    await().until(() -> guests.started.get() == 2);
    subscription.dispose();
    await().until(() -> guests.interrupted.get() == 2 && pool.metrics().waiting() == 0);
    assertThat(upstreamCancelled).isTrue();
    assertThat(guests.started.get()).isEqualTo(2);
  }

  /** Reactor's own subscribers would catch what they throw. */
  private static final class Thrower implements CoreSubscriber<Reply> {

    private final AtomicBoolean threw = new AtomicBoolean();

    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Reply reply) {
      threw.set(true);
      throw new AssertionError("downstream");
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onComplete() {}
  }

  @Test
  void aDownstreamThatThrowsIsTakenAsCancelled() {
    AtomicBoolean upstreamCancelled = new AtomicBoolean();
    pool.invokeAll(givenUp(1_000).doOnCancel(() -> upstreamCancelled.set(true)))
        .subscribe(new Thrower());
    await().until(() -> upstreamCancelled.get() && pool.metrics().waiting() == 0);
    assertThat(all(pool.invokeAll(numbers(50)))).hasSize(50);
  }

  @Test
  void manyStreamsShareThePoolAndEachKeepsItsOrder() {
    int streams = 24; // more than there is room for at once
    AtomicInteger wrong = new AtomicInteger();
    Flux.range(0, streams)
        .flatMap(
            stream ->
                pool.invokeAll(numbers(2_000))
                    .index()
                    .doOnNext(
                        reply -> {
                          if (!reply.getT2().utf8().equals(reply.getT1().toString())) {
                            wrong.incrementAndGet();
                          }
                        })
                    .count()
                    .subscribeOn(Schedulers.parallel()),
            streams)
        .doOnNext(count -> assertThat(count).isEqualTo(2_000))
        .blockLast(LONG);
    assertThat(wrong.get()).isZero();
    assertThat(pool.metrics().completed()).isEqualTo(streams * 2_000L);
  }

  @Test
  void anyNumberOfSilentStreamsKeepsNobodyOut() {
    try (WorkerPool small =
        WorkerPools.over(new FakeGuests()).workers(2).inboxCapacity(2).build()) {
      List<Disposable> silent = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        silent.add(small.invokeAll(Flux.never()).subscribe());
      }
      assertThat(small.metrics().waiting()).isZero();
      assertThat(all(small.invokeAll(numbers(500)))).hasSize(500);
      small.invoke(Invocation.of("echo", "")).block(LONG);
      silent.forEach(Disposable::dispose);
    }
  }

  @Test
  void aHookThatThrowsHarmsNoWorker() {
    Hooks.onErrorDropped(
        error -> {
          throw new IllegalStateException("hook");
        });
    try {
      Thrower thrower = new Thrower();
      pool.invokeAll(givenUp(10)).subscribe(thrower);
      await().until(thrower.threw::get);
      assertThat(all(pool.invokeAll(numbers(50)))).hasSize(50);
      assertThat(pool.metrics().diedWorkers()).isZero();
    } finally {
      Hooks.resetOnErrorDropped();
    }
  }

  @Test
  void randomLoadIsAnsweredExactlyOnce() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int count = 5_000;
    List<Invocation> load = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Invocation each =
          Invocation.of(random.nextInt(20) == 0 ? "trap" : "echo", Integer.toString(i));
      each = random.nextInt(4) == 0 ? each.withKey("k" + random.nextInt(5)) : each;
      each = random.nextInt(4) == 0 ? each.withDeadline(Duration.ofSeconds(30)) : each;
      load.add(random.nextInt(500) == 0 ? spin(i) : each);
    }
    List<Reply> replies =
        all(pool.invokeAll(Flux.fromIterable(load).publishOn(Schedulers.parallel(), 8)));
    assertThat(replies).as("seed %d", seed).hasSize(count);
    for (int i = 0; i < count; i++) {
      Reply reply = replies.get(i);
      assertThat(reply.invocation()).as("seed %d, reply %d", seed, i).isSameAs(load.get(i));
      switch (load.get(i).function()) {
        case "echo" -> assertThat(reply.utf8()).isEqualTo(Integer.toString(i));
        case "trap" ->
            assertThat(((Reply.Failed) reply).failure())
                .isInstanceOf(WorkerException.GuestTrap.class);
        default ->
            assertThat(((Reply.Failed) reply).failure())
                .isInstanceOf(WorkerException.DeadlineExceeded.class);
      }
    }
  }

  private static Invocation spin(int i) {
    return Invocation.of("spin", Integer.toString(i)).withDeadline(Duration.ofMillis(5));
  }
}
