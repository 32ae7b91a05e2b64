package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

/**
 * Who ends a pool stops and answers others, whatever publishers and subscribers do when they are
 * told.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StopsFirstTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private final FakeGuests guests = new FakeGuests();
  private final WorkerLifeTest.Stubborn stubborn = new WorkerLifeTest.Stubborn();
  private final CountDownLatch released = new CountDownLatch(1);

  @AfterEach
  void release() {
    released.countDown();
    stubborn.letGo.countDown();
  }

  private void hold() {
    FakeGuests.awaitUninterruptibly(released);
  }

  /** A stream whose publisher does not come back from its cancellation. */
  private void openStreamThatHolds(WorkerPool pool) {
    pool.invokeAll(Flux.<Invocation>never().doOnCancel(this::hold)).subscribe(reply -> {}, e -> {});
  }

  private CompletableFuture<Reply> spin(WorkerPool pool) {
    CompletableFuture<Reply> spinning = pool.invoke(Invocation.of("spin", "")).toFuture();
    await().until(() -> pool.metrics().running() == 1);
    return spinning;
  }

  private static void assertTerminated(CompletableFuture<Reply> invocation) {
    assertThat(invocation)
        .failsWithin(LONG)
        .withThrowableOfType(Exception.class)
        .withCauseInstanceOf(WorkerException.WorkerTerminated.class);
  }

  private static CompletableFuture<Void> inBackground(Runnable action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              action.run();
              done.complete(null);
            });
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  @Test
  void terminateAnswersOthersBesideAPublisherThatDoesNotReturn() {
    WorkerPool pool = WorkerPools.over(guests).workers(2).build();
    openStreamThatHolds(pool);
    CompletableFuture<Reply> other = spin(pool);
    CompletableFuture<Void> terminated = inBackground(pool::terminate);
    assertTerminated(other);
    assertThat(terminated).succeedsWithin(LONG);
  }

  @Test
  void closeReturnsInTimeBesideAPublisherThatDoesNotReturn() {
    WorkerPool pool =
        WorkerPools.over(guests).workers(2).drainTimeout(Duration.ofMillis(50)).build();
    openStreamThatHolds(pool);
    CompletableFuture<Reply> other = spin(pool);
    CompletableFuture<Void> closed = inBackground(pool::close);
    assertTerminated(other);
    assertThat(closed).succeedsWithin(LONG);
  }

  @Test
  void theWatchdogClosesThePoolBesideSubscribersThatDoNotReturn() {
    WorkerPool pool =
        WorkerPools.over(stubborn).workers(2).grace(Duration.ofMillis(10)).mostAbandoned(0).build();
    Set<String> told = ConcurrentHashMap.newKeySet();
    CountDownLatch holding = new CountDownLatch(2);
    pool.invokeAll(Flux.never())
        .subscribe(
            reply -> {},
            error -> {
              told.add(Thread.currentThread().getName());
              holding.countDown();
              hold();
            });
    pool.termination()
        .subscribe(
            why -> {
              told.add(Thread.currentThread().getName());
              holding.countDown();
              hold();
            });
    CompletableFuture<WorkerException> termination = pool.termination().toFuture();
    CompletableFuture<Reply> other = spin(pool);
    WorkerLifeTest.Stubborn.beginAndGiveUp(pool);
    assertTerminated(other);
    assertThat(termination).succeedsWithin(LONG);
    await().until(() -> holding.getCount() == 0);
    assertThat(told).noneMatch(name -> name.contains("watchdog"));
  }

  @Test
  void closeWaitsForTheErrorThatASubscriberIsStillToGet() {
    WorkerPool pool = WorkerPools.over(guests).workers(1).drainTimeout(LONG).build();
    CompletableFuture<Throwable> told = new CompletableFuture<>();
    CountDownLatch entered = new CountDownLatch(1);
    pool.invokeAll(Flux.never())
        .subscribe(
            reply -> {},
            error -> {
              entered.countDown();
              hold();
              told.complete(error);
            });
    CompletableFuture<Void> closed = inBackground(pool::close);
    await().until(() -> entered.getCount() == 0);
    assertThat(closed).isNotDone();
    released.countDown();
    assertThat(closed).succeedsWithin(LONG);
    assertThat(told).isCompletedWithValueMatching(WorkerException.PoolClosed.class::isInstance);
  }

  // ---- who closes a pool from one of its own threads does not wait for itself

  @Test
  void closingFromASubscriberOfTheTerminationDoesNotWait() {
    WorkerPool pool =
        WorkerPools.over(stubborn)
            .workers(2)
            .grace(Duration.ofMillis(10))
            .mostAbandoned(0)
            .drainTimeout(LONG.plus(LONG))
            .build();
    CompletableFuture<String> closed = new CompletableFuture<>();
    pool.termination()
        .subscribe(
            why -> {
              pool.close();
              closed.complete("closed");
            });
    WorkerLifeTest.Stubborn.beginAndGiveUp(pool);
    assertThat(closed).succeedsWithin(LONG);
    pool.close();
    assertThat(pool.metrics().liveWorkers()).isZero();
  }

  /** The watchdog runs no user code but for handlers of logs, where it has something to log. */
  @Test
  void closingFromAHandlerOfWhatTheWatchdogLogsDoesNotWait() {
    AtomicBoolean armed = new AtomicBoolean();
    Platform noSignaller =
        HookedPlatform.with(
            (method, arguments) -> {
              if (method.equals("start")
                  && ((Thread) arguments[0]).getName().endsWith("-signals")
                  && Thread.currentThread().getName().endsWith("-watchdog")
                  && armed.compareAndSet(true, false)) {
                throw new IllegalStateException("no thread");
              }
            });
    // Little time to stop, and more time to drain than any test has.
    WorkerPool pool =
        WorkerPools.over(stubborn)
            .workers(1)
            .drainTimeout(LONG.plus(LONG))
            .grace(Duration.ofMillis(10))
            .mostAbandoned(1)
            .idle(IdleStrategy.PARK)
            .build(noSignaller);
    CompletableFuture<String> closed = new CompletableFuture<>();
    Handler closing =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            if (Thread.currentThread().getName().endsWith("-watchdog")) {
              pool.close();
              closed.complete("closed");
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(ScheduledWorkerPool.class.getName());
    logger.addHandler(closing);
    try {
      armed.set(true);
      WorkerLifeTest.Stubborn.beginAndGiveUp(pool); // which the signaller is to tell of
      assertThat(closed).succeedsWithin(LONG);
    } finally {
      logger.removeHandler(closing);
    }
    pool.close();
  }
}
