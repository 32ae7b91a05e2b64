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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Who gets which signal when there is more than room for it. One worker, room for two. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class OverflowTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  private final FakeGuests guests = new FakeGuests();

  private WorkerPool full(Overflow policy, List<CompletableFuture<Reply>> futures) {
    WorkerPool pool = WorkerPools.over(guests).workers(1).inboxCapacity(2).overflow(policy).build();
    futures.add(pool.invoke(Invocation.of("gate", "running")).toFuture());
    await().until(() -> guests.started.get() == 1);
    futures.add(pool.invoke(Invocation.of("echo", "first")).toFuture());
    futures.add(pool.invoke(Invocation.of("echo", "second")).toFuture());
    return pool;
  }

  /** A thread that joins without a limit hears no timeout of the test's. */
  private static Reply reply(CompletableFuture<Reply> future) {
    return future.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
  }

  private static Throwable failure(CompletableFuture<Reply> future) {
    try {
      throw new AssertionError("answered " + reply(future));
    } catch (CompletionException failed) {
      return Objects.requireNonNull(failed.getCause());
    }
  }

  private static String text(CompletableFuture<Reply> future) {
    return reply(future).utf8();
  }

  @ParameterizedTest
  @EnumSource(names = {"WAIT", "REJECT"})
  void theNewOneIsRejected(Overflow policy) {
    List<CompletableFuture<Reply>> futures = new ArrayList<>();
    try (WorkerPool pool = full(policy, futures)) {
      Throwable refused = failure(pool.invoke(Invocation.of("echo", "new")).toFuture());
      assertThat(refused).isInstanceOf(WorkerException.InboxFull.class);
      assertThat(refused.getStackTrace()).isEmpty();
      assertThat(((WorkerException.InboxFull) refused).capacity()).isEqualTo(2);
      guests.open();
      assertThat(futures)
          .extracting(OverflowTest::text)
          .containsExactly("running", "first", "second");
      assertThat(pool.metrics().rejected()).isEqualTo(1);
    }
  }

  @Test
  void theOldestIsDroppedAndTheNewOneTakesItsPlace() {
    List<CompletableFuture<Reply>> futures = new ArrayList<>();
    try (WorkerPool pool = full(Overflow.DROP_OLDEST, futures)) {
      CompletableFuture<Reply> newest = pool.invoke(Invocation.of("echo", "new")).toFuture();
      assertThat(failure(futures.get(1))).isInstanceOf(WorkerException.Dropped.class);
      assertThat(pool.metrics().waiting()).isEqualTo(2);
      guests.open();
      assertThat(text(newest)).isEqualTo("new");
      assertThat(text(futures.get(2))).isEqualTo("second");
      assertThat(pool.metrics().evicted()).isEqualTo(1);
    }
  }

  @Test
  void whoFloodsPaysForTheRoomAndNotTheOther() {
    List<CompletableFuture<Reply>> futures = new ArrayList<>();
    WorkerPool pool =
        WorkerPools.over(guests).workers(1).inboxCapacity(3).overflow(Overflow.DROP_OLDEST).build();
    try (pool) {
      pool.invoke(Invocation.of("gate", "")).subscribe();
      await().until(() -> guests.started.get() == 1);
      futures.add(pool.invoke(Invocation.of("echo", "quiet").withTenant("quiet")).toFuture());
      for (int i = 0; i < 20; i++) {
        futures.add(pool.invoke(Invocation.of("echo", "" + i).withTenant("flood")).toFuture());
      }
      await().until(() -> pool.metrics().evicted() == 18);
      guests.open();
      assertThat(text(futures.get(0))).isEqualTo("quiet");
      assertThat(text(futures.get(20))).isEqualTo("19");
    }
  }

  @Test
  void whatCannotMeetItsDeadlineIsShed() throws InterruptedException {
    List<CompletableFuture<Reply>> futures = new ArrayList<>();
    WorkerPool pool =
        WorkerPools.over(guests).workers(1).inboxCapacity(1).overflow(Overflow.SHED_LATE).build();
    try (pool) {
      // A run of more than 1.5 s: by measured service time nothing shorter can be promised.
      Disposable slow = pool.invoke(Invocation.of("spin", "")).subscribe(reply -> {}, e -> {});
      await().until(() -> guests.started.get() == 1);
      Thread.sleep(1_500);
      slow.dispose();
      futures.add(pool.invoke(Invocation.of("gate", "")).toFuture());
      await().until(() -> guests.started.get() == 2);
      futures.add(
          pool.invoke(Invocation.of("echo", "late").withDeadline(Duration.ofMillis(1_400)))
              .toFuture());
      CompletableFuture<Reply> newest = pool.invoke(Invocation.of("echo", "new")).toFuture();
      Throwable shed = failure(futures.get(1));
      assertThat(shed).isInstanceOf(WorkerException.Shed.class);
      assertThat(shed.getStackTrace()).isEmpty();
      guests.open();
      assertThat(text(newest)).isEqualTo("new");
    }
  }

  @Test
  void anAnswerDoesNotWaitBehindASubscriberThatBlocks() {
    FakeGuests guests = new FakeGuests();
    CountDownLatch held = new CountDownLatch(1);
    try (WorkerPool pool =
        WorkerPools.over(guests)
            .workers(1)
            .inboxCapacity(1)
            .overflow(Overflow.DROP_OLDEST)
            .grace(Duration.ofMillis(50))
            .build()) {
      pool.invoke(Invocation.of("gate", "")).subscribe();
      await().until(() -> guests.started.get() == 1);
      AtomicInteger dropped = new AtomicInteger();
      pool.invoke(Invocation.of("echo", "1"))
          .subscribe(
              reply -> {},
              error -> {
                dropped.incrementAndGet();
                FakeGuests.awaitUninterruptibly(held);
              });
      pool.invoke(Invocation.of("echo", "2"))
          .subscribe(reply -> {}, error -> dropped.incrementAndGet());
      await().until(() -> dropped.get() == 1); // the first one's subscriber blocks
      pool.invoke(Invocation.of("echo", "3")).subscribe();
      await().until(() -> dropped.get() == 2);
      held.countDown();
      guests.open();
    }
  }

  @Test
  void whereNothingCanBeShedTheNewOneIsRejected() {
    List<CompletableFuture<Reply>> futures = new ArrayList<>();
    try (WorkerPool pool = full(Overflow.SHED_LATE, futures)) {
      assertThat(failure(pool.invoke(Invocation.of("echo", "new")).toFuture()))
          .isInstanceOf(WorkerException.InboxFull.class);
      guests.open();
    }
  }

  @Test
  void aStreamWaitsAndItsUpstreamIsAskedForNoMoreThanItsWindow() {
    List<CompletableFuture<Reply>> futures = new ArrayList<>();
    AtomicLong asked = new AtomicLong();
    try (WorkerPool pool = full(Overflow.WAIT, futures)) {
      CompletableFuture<Long> count =
          pool.invokeAll(
                  Flux.range(0, 100)
                      .map(i -> Invocation.of("echo", "" + i))
                      .doOnRequest(asked::addAndGet))
              .count()
              .toFuture();
      assertThat(asked.get()).isBetween(1L, 2L);
      guests.open();
      assertThat(count).succeedsWithin(LONG).isEqualTo(100L);
      assertThat(pool.metrics().rejected()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyArrivalOfAStreamIsAnsweredOnceWhateverThePolicy(Overflow policy) {
    try (WorkerPool pool =
        WorkerPools.over(new FakeGuests()).workers(2).inboxCapacity(2).overflow(policy).build()) {
      for (int i = 0; i < 4; i++) {
        pool.invokeAllUnordered(Flux.range(0, 500).map(n -> Invocation.of("echo", "x")))
            .subscribe();
      }
      Flux<Invocation> some = Flux.range(0, 2_000).map(i -> Invocation.of("echo", "" + i));
      List<Reply> replies = Objects.requireNonNull(pool.invokeAll(some).collectList().block(LONG));
      assertThat(replies).hasSize(2_000);
      for (int i = 0; i < 2_000; i++) {
        assertThat(replies.get(i).invocation().payload()).hasToString(("" + i).length() + " bytes");
      }
    }
  }

  @Test
  void afterALongRunShortOnesAreBegunAgain() {
    try (WorkerPool pool =
        WorkerPools.over(guests)
            .workers(1)
            .inboxCapacity(16)
            .overflow(Overflow.SHED_LATE)
            .build()) {
      Invocation cold = Invocation.of("spin", "").withDeadline(Duration.ofMillis(300));
      assertThat(failure(pool.invoke(cold).toFuture()))
          .isInstanceOf(WorkerException.DeadlineExceeded.class);
      Invocation warm = Invocation.of("echo", "warm").withDeadline(Duration.ofMillis(250));
      for (int i = 0; i < 20; i++) {
        assertThat(text(pool.invoke(warm).toFuture())).isEqualTo("warm");
      }
    }
  }
}
