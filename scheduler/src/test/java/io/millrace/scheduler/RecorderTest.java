package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.TenantCosts;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolRecorder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RecorderTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  private final FakeGuests guests = new FakeGuests();
  private final List<String> told = new CopyOnWriteArrayList<>();

  @AfterEach
  void open() {
    guests.open();
  }

  private WorkerPool pool(WorkerPoolRecorder recorder) {
    return WorkerPools.over(guests).workers(1).inboxCapacity(2).recorder(recorder).build();
  }

  private static Mono<Reply> safely(WorkerPool pool, Invocation invocation) {
    return pool.invoke(invocation).onErrorResume(failure -> Mono.empty());
  }

  /** Writes down what it is told. */
  private final class Notes implements WorkerPoolRecorder {
    @Override
    public void ended(Reply reply, InvocationCost cost) {
      told.add("ended " + reply.invocation().function() + " " + (reply instanceof Reply.Failed));
    }

    @Override
    public void failed(Reply.Failed reply) {
      told.add("failed " + reply.failure().getClass().getSimpleName());
    }

    @Override
    public void cancelled(Invocation invocation) {
      told.add("cancelled " + invocation.function());
    }

    @Override
    public void event(WorkerEvent event) {
      told.add(event.getClass().getSimpleName());
    }
  }

  @Test
  void eachEndIsToldOnceInItsOwnWay() {
    try (WorkerPool pool = pool(new Notes())) {
      pool.invoke(Invocation.of("echo", "x")).block(LONG);
      safely(pool, Invocation.of("trap", "")).block(LONG);
      safely(pool, Invocation.of("spin", "").withDeadline(Duration.ofMillis(20))).block(LONG);
      Disposable running = pool.invoke(Invocation.of("gate", "")).subscribe();
      await().untilAsserted(() -> assertThat(pool.metrics().running()).isEqualTo(1));
      Disposable first = pool.invoke(Invocation.of("echo", "")).subscribe();
      Disposable second = pool.invoke(Invocation.of("echo", "")).subscribe();
      safely(pool, Invocation.of("echo", "too many")).block(LONG);
      first.dispose();
      second.dispose();
      running.dispose();
      await()
          .untilAsserted(
              () ->
                  assertThat(told)
                      .containsExactly(
                          "ended echo false",
                          "ended trap true",
                          "InvocationFailed",
                          "failed DeadlineExceeded",
                          "failed InboxFull",
                          "cancelled echo",
                          "cancelled echo",
                          "cancelled gate"));
    }
  }

  @Test
  void aRecorderThatThrowsHarmsNobody() {
    WorkerPoolRecorder throwing =
        new WorkerPoolRecorder() {
          @Override
          public void ended(Reply reply, InvocationCost cost) {
            throw new IllegalStateException("mine");
          }

          @Override
          public void failed(Reply.Failed reply) {
            throw new StackOverflowError("mine");
          }

          @Override
          public void event(WorkerEvent event) {
            throw new IllegalStateException("mine");
          }
        };
    try (WorkerPool pool = pool(throwing)) {
      StepVerifier.create(pool.invoke(Invocation.of("trap", "")))
          .expectError(WorkerException.GuestTrap.class)
          .verify(LONG);
      StepVerifier.create(
              pool.invoke(Invocation.of("spin", "").withDeadline(Duration.ofMillis(20))))
          .expectError(WorkerException.DeadlineExceeded.class)
          .verify(LONG);
      StepVerifier.create(pool.invokeAll(Flux.just(Invocation.of("echo", "x"))))
          .expectNextCount(1)
          .expectComplete()
          .verify(LONG);
    }
  }

  private static TenantCosts.Cost cost(TenantCosts costs, String tenant) {
    return Objects.requireNonNull(costs.costs().get(tenant));
  }

  @Test
  void costsAreSummedUpByTenant() {
    TenantCosts costs = new TenantCosts(2);
    try (WorkerPool pool = pool(costs)) {
      for (String tenant : List.of("a", "a", "b", "c", "d")) {
        pool.invoke(Invocation.of("echo", "x").withTenant(tenant)).block(LONG);
      }
      safely(pool, Invocation.of("trap", "").withTenant("a")).block(LONG);
      await().untilAsserted(() -> assertThat(cost(costs, "a").failed()).isEqualTo(1));
      pool.invoke(Invocation.of("echo", "x")).block(LONG);
      await().untilAsserted(() -> assertThat(costs.anonymous().completed()).isEqualTo(1));
      assertThat(costs.costs()).containsOnlyKeys("a", "b");
      assertThat(cost(costs, "a").completed()).isEqualTo(2);
      assertThat(cost(costs, "a").guestNanos()).isPositive();
      assertThat(costs.others().completed()).isEqualTo(2);
    }
  }

  @Test
  void tenantsMayHaveAnyName() {
    TenantCosts costs = new TenantCosts(2);
    try (WorkerPool pool = pool(costs)) {
      Invocation echo = Invocation.of("echo", "x");
      pool.invoke(echo.withTenant("(none)")).block(LONG);
      pool.invoke(echo.withTenant("(others)")).block(LONG);
      pool.invoke(echo.withTenant("one too many")).block(LONG);
      pool.invoke(echo).block(LONG);
    }
    assertThat(costs.costs()).containsOnlyKeys("(none)", "(others)");
    assertThat(cost(costs, "(none)").completed()).isEqualTo(1);
    assertThat(cost(costs, "(others)").completed()).isEqualTo(1);
    assertThat(costs.others().completed()).isEqualTo(1);
    assertThat(costs.anonymous().completed()).isEqualTo(1);
  }

  @Test
  void whatAStoppedRunHasCostIsItsTenants() {
    TenantCosts costs = new TenantCosts();
    try (WorkerPool pool = pool(costs)) {
      Invocation spin = Invocation.of("spin", "");
      safely(pool, spin.withTenant("late").withDeadline(Duration.ofSeconds(1))).block(LONG);
      Disposable running = pool.invoke(spin.withTenant("cancelled")).subscribe();
      await().untilAsserted(() -> assertThat(guests.started.get()).isEqualTo(2));
      running.dispose();
      await().untilAsserted(() -> assertThat(costs.costs()).containsOnlyKeys("late", "cancelled"));
      await()
          .untilAsserted(
              () -> {
                assertThat(cost(costs, "late").guestNanos()).isPositive();
                assertThat(cost(costs, "late").copiedBytes()).isEqualTo(1);
                assertThat(cost(costs, "cancelled").guestNanos()).isPositive();
                assertThat(cost(costs, "cancelled").copiedBytes()).isEqualTo(1);
              });
      assertThat(cost(costs, "late").failed()).isEqualTo(1);
      assertThat(cost(costs, "cancelled").failed()).isZero();
    }
  }

  @Test
  void aRecorderThatThrowsIsLoggedOnceForEachKind() {
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            logged.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(ScheduledWorkerPool.class.getName());
    logger.addHandler(handler);
    WorkerPoolRecorder throwing =
        new WorkerPoolRecorder() {
          @Override
          public void ended(Reply reply, InvocationCost cost) {
            throw new IllegalStateException("mine");
          }

          @Override
          public void failed(Reply.Failed reply) {
            throw new IllegalStateException("mine");
          }
        };
    try (WorkerPool pool = pool(throwing)) {
      for (int i = 0; i < 5; i++) {
        pool.invoke(Invocation.of("echo", "")).block(LONG);
        safely(pool, Invocation.of("spin", "").withDeadline(Duration.ofMillis(5))).block(LONG);
      }
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(logged)
        .filteredOn(line -> line.contains("recorder"))
        .containsExactlyInAnyOrder(
            "the recorder threw when it was told of \"ended\"; this is logged once",
            "the recorder threw when it was told of \"failed\"; this is logged once");
  }

  @Test
  void eventsEndWithThePool() {
    WorkerPool pool = pool(WorkerPoolRecorder.NONE);
    StepVerifier.create(pool.events())
        .then(() -> safely(pool, Invocation.of("trap", "")).block(LONG))
        .expectNextMatches(WorkerEvent.InvocationFailed.class::isInstance)
        .then(pool::close)
        .expectComplete()
        .verify(LONG);
  }

  @Test
  void ofASubscriberThatDoesNotKeepUpTheOldestEventsAreDroppedAndCounted() {
    int traps = 3 * WorkerPool.EVENTS_KEPT;
    try (WorkerPool pool = pool(WorkerPoolRecorder.NONE)) {
      List<WorkerEvent> received = new CopyOnWriteArrayList<>();
      BaseSubscriber<WorkerEvent> slow =
          new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}

            @Override
            protected void hookOnNext(WorkerEvent event) {
              received.add(event);
            }
          };
      pool.events().subscribe(slow);
      for (int i = 0; i < traps; i++) {
        safely(pool, Invocation.of("trap", "")).block(LONG);
      }
      await()
          .untilAsserted(
              () ->
                  assertThat(pool.metrics().droppedEvents())
                      .isEqualTo(traps - WorkerPool.EVENTS_KEPT));
      slow.request(Long.MAX_VALUE);
      await().untilAsserted(() -> assertThat(received).hasSize(WorkerPool.EVENTS_KEPT));
    }
  }

  @Test
  void aSubscriberOfEventsThatBlocksHoldsUpNoWorker() throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    try (WorkerPool pool = pool(WorkerPoolRecorder.NONE)) {
      pool.events()
          .subscribe(
              event -> {
                try {
                  end.await();
                } catch (InterruptedException stop) {
                  Thread.currentThread().interrupt();
                }
              });
      for (int i = 0; i < 5; i++) {
        StepVerifier.create(pool.invoke(Invocation.of("trap", "")))
            .expectError(WorkerException.GuestTrap.class)
            .verify(LONG);
      }
      end.countDown();
    }
  }

  @Test
  void aSubscriberOfEventsThatBlocksCostsAnotherOneNone() {
    CountDownLatch end = new CountDownLatch(1);
    int traps = 20;
    List<WorkerEvent> received = new CopyOnWriteArrayList<>();
    try (WorkerPool pool =
        WorkerPools.over(guests).workers(1).grace(Duration.ofMillis(5)).build()) {
      pool.events()
          .subscribe(
              event -> {
                try {
                  end.await();
                } catch (InterruptedException stop) {
                  Thread.currentThread().interrupt();
                }
              });
      pool.events().subscribe(received::add);
      for (int i = 0; i < traps; i++) {
        safely(pool, Invocation.of("trap", "")).block(LONG);
        int soFar = i + 1;
        await().untilAsserted(() -> assertThat(received).hasSize(soFar));
      }
      assertThat(pool.metrics().droppedEvents()).isZero();
    } finally {
      end.countDown();
    }
  }

  @Test
  void aFlightRecordingShowsInvocationsWhenItAsksForThem(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("invocations.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("io.millrace.Invocation");
      recording.start();
      try (WorkerPool pool = pool(WorkerPoolRecorder.NONE)) {
        pool.invoke(Invocation.of("echo", "x").withTenant("a")).block(LONG);
        safely(pool, Invocation.of("trap", "")).block(LONG);
        Disposable running = pool.invoke(Invocation.of("spin", "")).subscribe();
        await().untilAsserted(() -> assertThat(guests.started.get()).isEqualTo(3));
        running.dispose();
      }
      recording.stop();
      recording.dump(file);
    }
    assertThat(RecordingFile.readAllEvents(file))
        .filteredOn(each -> each.getEventType().getName().equals("io.millrace.Invocation"))
        .extracting(
            each -> each.getString("function"),
            each -> each.getString("tenant"),
            each -> each.getString("outcome"))
        .containsExactlyInAnyOrder(
            tuple("echo", "a", "completed"),
            tuple("trap", "", "GuestTrap"),
            tuple("spin", "", "cancelled"));
  }

  @Test
  void noMoreThanTheConcurrencyAreUnderWay() {
    try (WorkerPool pool = WorkerPools.over(guests).workers(4).inboxCapacity(64).build()) {
      Flux<Invocation> gates = Flux.range(0, 20).map(i -> Invocation.of("gate", ""));
      List<Reply> replies = new CopyOnWriteArrayList<>();
      pool.invokeAllUnordered(gates, 2).subscribe(replies::add);
      await().untilAsserted(() -> assertThat(guests.started.get()).isEqualTo(2));
      assertThat(pool.metrics().waiting()).isZero();
      guests.open();
      await().untilAsserted(() -> assertThat(replies).hasSize(20));
      assertThat(pool.invokeAll(gates, 1).count().block(LONG)).isEqualTo(20);
    }
  }
}
