package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class WorkerLifeTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  private final FakeGuests guests = new FakeGuests();

  /** Guests whose function {@code stubborn} hears no interrupt until it is let go. */
  static final class Stubborn implements GuestSource {

    final CountDownLatch letGo = new CountDownLatch(1);

    /** Begins a run that will not stop, so that its worker is given up after the grace time. */
    static void beginAndGiveUp(WorkerPool pool) {
      int before = pool.metrics().running();
      Disposable run = pool.invoke(Invocation.of("stubborn", "")).subscribe(reply -> {}, e -> {});
      await().until(() -> pool.metrics().running() == before + 1);
      run.dispose();
    }

    @Override
    public GuestLease lease() {
      GuestLease lease = new FakeGuests().lease();
      return new GuestLease() {
        @Override
        public io.millrace.pipeline.spi.Guest guest(
            @org.jspecify.annotations.Nullable String tenant) {
          return invocation -> {
            boolean waits = invocation.function().equals("stubborn");
            while (waits && letGo.getCount() > 0) {
              Thread.onSpinWait();
            }
            return waits ? new byte[0] : lease.guest(tenant).invoke(invocation);
          };
        }

        @Override
        public void close() {
          lease.close();
        }
      };
    }
  }

  /** Gives a run up that does not stop, and waits until its worker is given up, too. */
  private static void abandonOne(WorkerPool pool) {
    long before = pool.metrics().abandonedWorkers();
    Stubborn.beginAndGiveUp(pool);
    await().until(() -> pool.metrics().abandonedWorkers() == before + 1);
  }

  @Test
  void aGuestThatDoesNotStopIsGivenUpAndItsWorkerReplaced() {
    Stubborn stubborn = new Stubborn();
    WorkerPool pool = WorkerPools.over(stubborn).workers(1).grace(Duration.ofMillis(50)).build();
    try (pool) {
      abandonOne(pool);
      assertThat(pool.invoke(Invocation.of("echo", "next")).toFuture()).succeedsWithin(LONG);
      assertThat(pool.metrics().abandonedWorkers()).isEqualTo(1);
      assertThat(pool.metrics().liveWorkers()).isEqualTo(1);
    }
    assertThat(pool.metrics().liveWorkers()).as("close() does not wait for it").isZero();
    stubborn.letGo.countDown();
  }

  @Test
  void whoClosesDoesNotWaitForAGuestThatIsGivenUpMeanwhile() {
    Stubborn stubborn = new Stubborn();
    WorkerPool pool =
        WorkerPools.over(stubborn)
            .workers(1)
            .grace(Duration.ofMillis(100))
            .drainTimeout(LONG.multipliedBy(2))
            .build();
    Stubborn.beginAndGiveUp(pool); // its worker goes after the grace time, while a closer waits
    assertThat(CompletableFuture.runAsync(pool::close)).succeedsWithin(LONG);
    assertThat(pool.metrics().abandonedWorkers()).isEqualTo(1);
    stubborn.letGo.countDown();
  }

  @Test
  void withTooManyOfThemThePoolClosesItself() {
    Stubborn stubborn = new Stubborn();
    WorkerPool pool =
        WorkerPools.over(stubborn).workers(1).grace(Duration.ofMillis(10)).mostAbandoned(1).build();
    try (pool) {
      abandonOne(pool);
      abandonOne(pool);
      await()
          .untilAsserted(
              () ->
                  assertThat(pool.invoke(Invocation.of("echo", "")).toFuture())
                      .failsWithin(LONG)
                      .withThrowableOfType(Exception.class)
                      .withCauseInstanceOf(WorkerException.PoolClosed.class));
    }
    stubborn.letGo.countDown();
  }

  @Test
  void workersComeWithTheWorkAndGoWhenTheyAreNotUsed() {
    WorkerPool pool =
        WorkerPools.over(guests).workers(1, 3).keepAlive(Duration.ofMillis(30)).build();
    try (pool) {
      List<CompletableFuture<Reply>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        all.add(pool.invoke(Invocation.of("gate", "")).toFuture());
      }
      await().until(() -> guests.started.get() == 3);
      assertThat(pool.metrics().liveWorkers()).isEqualTo(3);
      guests.open();
      assertThat(all).allSatisfy(each -> assertThat(each).succeedsWithin(LONG));
      await().until(() -> pool.metrics().liveWorkers() == 1);
      assertThat(guests.closedLeases.get()).isEqualTo(2);
      assertThat(pool.invoke(Invocation.of("echo", "x")).toFuture()).succeedsWithin(LONG);
    }
  }

  @Test
  void whatStandsBehindASlowRunStartsAnotherWorker() {
    WorkerPool pool = WorkerPools.over(guests).workers(1, 2).inboxCapacity(256).build();
    try (pool) {
      Flux<Invocation> quick = Flux.range(0, 5_000).map(i -> Invocation.of("echo", ""));
      pool.invokeAll(quick).blockLast(LONG); // runs are expected to be short
      CompletableFuture<Long> last =
          pool.invokeAllUnordered(
                  Flux.range(0, 40).map(i -> Invocation.of(i == 0 ? "gate" : "echo", "")))
              .skip(38)
              .count()
              .toFuture();
      await().until(() -> pool.metrics().completed() == 5_039);
      guests.open();
      assertThat(last).succeedsWithin(LONG);
    }
  }

  @Test
  void aPoolThatMayHaveNoWorkerStartsOneAgain() {
    WorkerPool pool =
        WorkerPools.over(guests).workers(0, 2).keepAlive(Duration.ofMillis(5)).build();
    try (pool) {
      for (int round = 0; round < 5; round++) {
        assertThat(pool.invoke(Invocation.of("echo", "x").withKey("k" + round)).toFuture())
            .succeedsWithin(LONG);
        await().until(() -> pool.metrics().liveWorkers() == 0);
      }
    }
  }

  @Test
  void terminateAnswersAllAtOnceWithoutWaitingForGuests() {
    Stubborn stubborn = new Stubborn();
    WorkerPool pool = WorkerPools.over(stubborn).workers(1).inboxCapacity(8).build();
    List<CompletableFuture<Reply>> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(pool.invoke(Invocation.of("stubborn", "")).toFuture());
    }
    await().until(() -> pool.metrics().running() == 1);
    pool.terminate();
    for (CompletableFuture<Reply> each : all) {
      assertThat(each)
          .failsWithin(LONG)
          .withThrowableOfType(Exception.class)
          .withCauseInstanceOf(WorkerException.WorkerTerminated.class);
    }
    stubborn.letGo.countDown();
    pool.close();
    assertThat(pool.metrics().liveWorkers()).isZero();
  }

  @Test
  void aSlowSubscriberKeepsOneWorkerAndNobodyElse() throws InterruptedException {
    try (WorkerPool pool = WorkerPools.over(guests).workers(2).build()) {
      CountDownLatch held = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      pool.invoke(Invocation.of("echo", ""))
          .subscribe(
              reply -> {
                held.countDown();
                try {
                  release.await();
                } catch (InterruptedException stop) {
                  Thread.currentThread().interrupt();
                }
              });
      held.await();
      Flux<Invocation> many = Flux.range(0, 1_000).map(i -> Invocation.of("echo", "" + i));
      assertThat(pool.invokeAll(many).count().toFuture()).succeedsWithin(LONG).isEqualTo(1_000L);
      release.countDown();
    }
  }

  @Test
  void workersHaveNothingOfTheThreadThatHappenedToCallFirst() throws InterruptedException {
    InheritableThreadLocal<String> secret = new InheritableThreadLocal<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    List<ClassLoader> loaders = new CopyOnWriteArrayList<>();
    try (WorkerPool pool = WorkerPools.over(guests).workers(1).build()) {
      Thread caller =
          new Thread(
              () -> {
                secret.set("the first caller's");
                Thread.currentThread().setContextClassLoader(new ClassLoader() {});
                pool.invoke(Invocation.of("echo", ""))
                    .doOnNext(reply -> seen.add("" + secret.get()))
                    .doOnNext(reply -> loaders.add(Thread.currentThread().getContextClassLoader()))
                    .block();
              });
      caller.start();
      caller.join();
    }
    assertThat(seen).containsExactly("null");
    assertThat(loaders).containsExactly(WorkerPools.class.getClassLoader());
  }

  /** While any stream holds something back, workers that have nothing to do stay awake. */
  @Test
  void noWorkerStaysAwakeWhileAStreamThatSubmitsStartsOthers() {
    AtomicReference<ScheduledWorkerPool> pool = new AtomicReference<>();
    List<Boolean> held = new CopyOnWriteArrayList<>();
    Platform watched =
        HookedPlatform.with(
            (method, arguments) -> {
              if (method.equals("start")
                  && ((Thread) arguments[0]).getName().contains("-worker-")) {
                held.add(Objects.requireNonNull(pool.get()).streams().holdAny());
              }
            });
    try (ScheduledWorkerPool started =
        WorkerPools.over(guests).workers(8).idle(IdleStrategy.PARK).build(watched)) {
      pool.set(started);
      Flux<Invocation> many = Flux.range(0, 64).map(i -> Invocation.of("echo", "" + i));
      assertThat(started.invokeAll(many).count().block(LONG)).isEqualTo(64);
    }
    // The first: later ones may meet what came since, which another worker is to come for.
    assertThat(held).isNotEmpty().first().isEqualTo(false);
  }
}
