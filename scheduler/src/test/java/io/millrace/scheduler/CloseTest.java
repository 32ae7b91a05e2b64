package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class CloseTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  private final FakeGuests guests = new FakeGuests();

  private WorkerPool pool(Duration drainTimeout) {
    return WorkerPools.over(guests).workers(2).inboxCapacity(64).drainTimeout(drainTimeout).build();
  }

  @Test
  void drainsWhatWasAccepted() {
    WorkerPool pool = pool(LONG);
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      replies.add(pool.invoke(Invocation.of("gate", "" + i)).toFuture());
    }
    Schedulers.boundedElastic()
        .schedule(guests::open, 100, TimeUnit.MILLISECONDS); // while close() waits
    pool.close();
    assertThat(replies).allMatch(CompletableFuture::isDone);
    assertThat(replies).noneMatch(CompletableFuture::isCompletedExceptionally);
    assertThat(guests.closedLeases.get()).isEqualTo(guests.leases.get());
    assertThat(guests.threads).noneMatch(Thread::isAlive);
  }

  @Test
  void refusesWhatComesAfterwards() {
    WorkerPool pool = pool(LONG);
    pool.close();
    pool.close();
    StepVerifier.create(pool.invoke(Invocation.of("echo", "")))
        .expectError(WorkerException.PoolClosed.class)
        .verify(LONG);
    StepVerifier.create(pool.invokeAll(Flux.just(Invocation.of("echo", ""))))
        .expectError(WorkerException.PoolClosed.class)
        .verify(LONG);
    assertThat(guests.leases.get()).isZero();
  }

  @Test
  void tellsThatItWasTerminatedWhateverASubscriberThrows() {
    WorkerPool pool = pool(LONG);
    pool.termination()
        .subscribe(
            new CoreSubscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {
                subscription.request(1);
              }

              @Override
              public void onNext(WorkerException why) {
                throw new IllegalStateException("mine");
              }

              @Override
              public void onError(Throwable error) {}

              @Override
              public void onComplete() {}
            });
    CompletableFuture<WorkerException> told = pool.termination().toFuture();
    pool.close();
    assertThat(told).as("it ended in peace").isNotDone();
    pool.terminate();
    pool.terminate();
    StepVerifier.create(pool.termination())
        .expectNextMatches(WorkerException.WorkerTerminated.class::isInstance)
        .expectComplete()
        .verify(LONG);
  }

  @Test
  void tellsWhoAsksAfterItsEndThoughAnotherBlocks() throws Exception {
    Queue<Thread> own = new ConcurrentLinkedQueue<>();
    Platform watched =
        HookedPlatform.with(
            (method, arguments) -> {
              if (method.equals("start")) {
                own.add((Thread) arguments[0]);
              }
            });
    WorkerPool pool = WorkerPools.over(guests).workers(1).build(watched);
    Invocation timed = Invocation.of("echo", "").withDeadline(LONG); // which the watchdog keeps
    assertThat(pool.invoke(timed).block(LONG)).isNotNull();
    pool.terminate();
    pool.close();
    await().until(() -> own.stream().noneMatch(Thread::isAlive));
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    pool.termination()
        .subscribe(
            why -> {
              blocked.countDown();
              FakeGuests.awaitUninterruptibly(release);
            });
    try {
      assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(pool.termination().toFuture()).succeedsWithin(LONG);
    } finally {
      release.countDown();
    }
  }

  @Test
  void whoClosesOnAWorkersThreadDoesNotWaitForItselfThoughOthersClosedAtItsStart()
      throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    AtomicInteger joins = new AtomicInteger();
    Platform slowToStart =
        HookedPlatform.with(
            (method, arguments) -> {
              if (method.equals("join")) {
                joins.incrementAndGet();
              } else if (method.equals("start")
                  && ((Thread) arguments[0]).getName().contains("-worker-")) {
                closing.countDown();
                await().until(() -> joins.get() > 1); // so one was waited for in vain
              }
            });
    ScheduledWorkerPool pool =
        WorkerPools.over(guests).workers(1).drainTimeout(Duration.ofSeconds(20)).build(slowToStart);
    Thread closer =
        new Thread(
            () -> {
              FakeGuests.awaitUninterruptibly(closing);
              pool.close();
            });
    closer.start();
    CompletableFuture<Reply> reply =
        pool.invoke(Invocation.of("echo", "")).doOnNext(it -> pool.close()).toFuture();
    assertThat(reply).succeedsWithin(LONG);
    closer.join(10_000);
    assertThat(closer.isAlive()).isFalse();
  }

  @Test
  void closingAgainDoesNotPutItsLimitOff() {
    WorkerPool pool = pool(Duration.ofMillis(500));
    AtomicInteger closes = new AtomicInteger();
    CompletableFuture<Integer> closesBefore =
        pool.invoke(Invocation.of("spin", ""))
            .map(reply -> -1)
            .onErrorResume(terminated -> Mono.fromSupplier(closes::get))
            .toFuture();
    for (int i = 0; i < 20; i++) {
      pool.invoke(Invocation.of("echo", ""))
          .subscribe(
              reply -> {
                pool.close();
                closes.incrementAndGet();
                sleepMillis(100);
              },
              terminated -> {});
    }
    assertThat(closesBefore)
        .succeedsWithin(LONG)
        .asInstanceOf(InstanceOfAssertFactories.INTEGER)
        .isBetween(1, 15);
  }

  private static void sleepMillis(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void terminatesWhatDoesNotEndInTime() {
    WorkerPool pool = pool(Duration.ofMillis(50));
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      replies.add(pool.invoke(Invocation.of("spin", "")).toFuture());
    }
    await().until(() -> guests.started.get() == 2);
    pool.close();
    for (CompletableFuture<Reply> reply : replies) {
      assertThat(reply)
          .failsWithin(LONG)
          .withThrowableOfType(Exception.class)
          .withCauseInstanceOf(WorkerException.WorkerTerminated.class);
    }
    assertThat(guests.started.get()).as("what waited was not started").isEqualTo(2);
    assertThat(guests.threads).noneMatch(Thread::isAlive);
  }

  @Test
  void aStreamEndsWithPoolClosedAfterTheRepliesToWhatWasAccepted() {
    WorkerPool pool = pool(LONG);
    AtomicInteger sent = new AtomicInteger();
    AtomicInteger completed = new AtomicInteger();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    AtomicReference<Throwable> end = new AtomicReference<>();
    Flux<Invocation> endless =
        Flux.<Invocation>generate(
                sink -> {
                  sent.incrementAndGet();
                  sink.next(Invocation.of("echo", ""));
                })
            .subscribeOn(Schedulers.parallel());
    pool.invokeAll(endless)
        .subscribe(
            reply -> {
              if (reply instanceof Reply.Failed failed) {
                failures.add(failed.failure());
              } else {
                completed.incrementAndGet();
              }
            },
            end::set);
    await().until(() -> completed.get() > 1_000);
    pool.close();
    await().until(() -> end.get() != null);
    assertThat(end.get()).isInstanceOf(WorkerException.PoolClosed.class);
    // What had arrived and found no room before the end is refused, each with its own reply.
    assertThat(failures)
        .allSatisfy(each -> assertThat(each).isInstanceOf(WorkerException.PoolClosed.class));
    WorkerPoolMetrics metrics = pool.metrics();
    assertThat(metrics.completed()).isEqualTo(completed.get());
    assertThat(metrics.rejected()).isEqualTo(failures.size());
    assertThat(metrics.failed()).isZero();
    assertThat(metrics.waiting()).isZero();
    assertThat(sent.get()).isGreaterThanOrEqualTo(completed.get() + failures.size());
  }

  @Test
  void aStreamThatOpensWhileThePoolClosesEndsWithPoolClosed() {
    WorkerPool pool = pool(LONG);
    Flux<Invocation> late =
        Flux.defer(
            () -> {
              pool.close();
              return Flux.just(Invocation.of("echo", ""));
            });
    StepVerifier.create(pool.invokeAll(late))
        .expectError(WorkerException.PoolClosed.class)
        .verify(LONG);
  }

  @Test
  void terminationIsNeverLostToAGuestThatJustBegins() {
    for (int round = 0; round < 500; round++) {
      WorkerPool pool = pool(Duration.ZERO);
      CompletableFuture<Reply> reply = pool.invoke(Invocation.of("spin", "")).toFuture();
      pool.close();
      assertThat(reply).as("round %d", round).failsWithin(LONG);
    }
    assertThat(guests.threads).noneMatch(Thread::isAlive);
  }

  @Test
  void theWatchdogEndsWithTheLastWorkerWhoeverClosed() {
    WorkerPool pool = pool(Duration.ofMinutes(1)); // until then the watchdog sleeps
    Invocation distant = Invocation.of("gate", "").withDeadline(Duration.ofMinutes(2));
    pool.invoke(distant).subscribe(reply -> pool.close());
    await().until(() -> guests.started.get() == 1);
    String worker = guests.threads.iterator().next().getName();
    String watchdog = worker.substring(0, worker.indexOf("-worker-")) + "-watchdog";
    assertThat(isThere(watchdog)).isTrue();
    guests.open();
    await().until(() -> !isThere(watchdog));
  }

  private static boolean isThere(String thread) {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(each -> each.getName().equals(thread));
  }

  @Test
  void closingFromAWorkersSignalDoesNotWaitForItself() {
    WorkerPool pool = pool(LONG);
    CompletableFuture<String> closed = new CompletableFuture<>();
    pool.invoke(Invocation.of("echo", ""))
        .subscribe(
            reply -> {
              pool.close();
              closed.complete("closed");
            });
    assertThat(closed).succeedsWithin(LONG);
    pool.close();
    assertThat(guests.threads).noneMatch(Thread::isAlive);
  }

  @Test
  void noPermitIsLostWhenClosingRacesWithSubmitting() {
    for (int round = 0; round < 200; round++) {
      WorkerPool pool = pool(LONG);
      AtomicInteger answered = new AtomicInteger();
      Thread submitter =
          new Thread(
              () -> {
                for (int i = 0; i < 50; i++) {
                  pool.invoke(Invocation.of("echo", ""))
                      .subscribe(
                          reply -> answered.incrementAndGet(),
                          refused -> answered.incrementAndGet());
                }
              });
      submitter.start();
      pool.close();
      await().pollInterval(Duration.ofMillis(1)).until(() -> answered.get() == 50);
      pool.close();
      assertThat(pool.metrics().waiting()).isZero();
    }
  }
}
