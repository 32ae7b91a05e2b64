package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class InvokeTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  private final FakeGuests guests = new FakeGuests();
  private final WorkerPool pool =
      WorkerPools.over(guests)
          .workers(2)
          .inboxCapacity(3)
          .drainTimeout(Duration.ofSeconds(5))
          .build();

  @AfterEach
  void close() {
    guests.open();
    pool.close();
    assertThat(guests.closedLeases.get())
        .as("every lease is closed")
        .isEqualTo(guests.leases.get());
    assertThat(guests.strayInterrupts.get()).as("interrupts that hit a neighbour").isZero();
    assertThat(guests.concurrentUses.get()).as("guests used by two threads at once").isZero();
    assertThat(pool.metrics().waiting()).as("permits not given back").isZero();
  }

  @Test
  void answersWithTheGuestsBytes() {
    Reply reply = run(Invocation.of("echo", "hello"));
    assertThat(reply).isInstanceOf(Reply.Completed.class);
    assertThat(reply.utf8()).isEqualTo("hello");
    assertThat(reply.sojournNanos()).isGreaterThanOrEqualTo(reply.serviceNanos());
  }

  @Test
  void startsNothingBeforeTheFirstSubscription() {
    Mono<Reply> reply = pool.invoke(Invocation.of("echo", ""));
    assertThat(guests.leases.get()).isZero();
    assertThat(liveWorkers()).isZero();
    reply.block(LONG);
    assertThat(guests.leases.get()).isPositive();
  }

  @Test
  void eachSubscriptionIsAnInvocation() {
    Mono<Reply> reply = pool.invoke(Invocation.of("echo", "x"));
    reply.block(LONG);
    reply.block(LONG);
    assertThat(guests.started.get()).isEqualTo(2);
  }

  @Test
  void aTrapFailsItsOwnInvocationOnly() {
    assertThatThrownBy(() -> run(Invocation.of("trap", "")))
        .isInstanceOf(WorkerException.GuestTrap.class);
    assertThat(run(Invocation.of("echo", "after")).utf8()).isEqualTo("after");
    assertThat(pool.metrics().failed()).isEqualTo(1);
    assertThat(pool.metrics().completed()).isEqualTo(1);
  }

  @Test
  void aDefectInTheGuestsHostFailsItsInvocationAndTakesANewLease() {
    assertThatThrownBy(() -> run(Invocation.of("oops", "")))
        .isInstanceOf(WorkerException.WorkerTerminated.class)
        .hasMessageContaining("a defect in the guest's host");
    for (int i = 0; i < 10; i++) {
      assertThat(run(Invocation.of("echo", "after")).utf8()).isEqualTo("after");
    }
  }

  @Test
  void aGuestThatCannotBeHadIsTheInvocationsFailure() {
    assertThatThrownBy(() -> run(Invocation.of("echo", "").withTenant("rejected")))
        .isInstanceOf(WorkerException.ModuleRejected.class);
  }

  @Test
  void refusesExactlyBeyondItsCapacity() {
    List<CompletableFuture<Reply>> running = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      running.add(pool.invoke(Invocation.of("gate", "r")).toFuture());
    }
    await().until(() -> guests.started.get() == 2);
    for (int i = 0; i < 3; i++) {
      running.add(pool.invoke(Invocation.of("gate", "w")).toFuture());
    }
    assertThat(pool.metrics().waiting()).isEqualTo(3);
    StepVerifier.create(pool.invoke(Invocation.of("echo", "")))
        .expectErrorSatisfies(
            refusal -> {
              assertThat(refusal).isInstanceOf(WorkerException.InboxFull.class);
              assertThat(((WorkerException.InboxFull) refusal).capacity()).isEqualTo(3);
              assertThat(refusal.getStackTrace()).isEmpty();
            })
        .verify(LONG);
    guests.open();
    assertThat(running).allSatisfy(each -> assertThat(each).succeedsWithin(LONG));
    assertThat(pool.metrics().rejected()).isEqualTo(1);
  }

  @Test
  void aDeadlineStopsARunningGuest() {
    assertThatThrownBy(() -> run(Invocation.of("spin", "").withDeadline(Duration.ofMillis(50))))
        .isInstanceOfSatisfying(
            WorkerException.DeadlineExceeded.class,
            late -> {
              assertThat(late.started()).isTrue();
              assertThat(late.retryable()).isFalse();
            });
    await().until(() -> guests.interrupted.get() == 1);
    assertThat(run(Invocation.of("echo", "after")).utf8()).isEqualTo("after");
  }

  @Test
  void aDeadlineInTheQueueIsAnsweredInTimeAndTheGuestNeverStarts() {
    List<CompletableFuture<Reply>> running = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      running.add(pool.invoke(Invocation.of("gate", "")).toFuture());
    }
    await().until(() -> guests.started.get() == 2);
    assertThatThrownBy(() -> run(Invocation.of("echo", "").withDeadline(Duration.ofMillis(30))))
        .isInstanceOfSatisfying(
            WorkerException.DeadlineExceeded.class, late -> assertThat(late.started()).isFalse());
    guests.open();
    assertThat(running).allSatisfy(each -> assertThat(each).succeedsWithin(LONG));
    run(Invocation.of("echo", ""));
    assertThat(guests.started.get()).as("two gates and one echo").isEqualTo(3);
  }

  @Test
  void aVeryLongDeadlineIsNoDeadline() {
    Invocation patient =
        Invocation.of("echo", "x").withDeadline(Duration.ofSeconds(Long.MAX_VALUE));
    assertThat(run(patient).utf8()).isEqualTo("x");
  }

  @Test
  void aCancelledInvocationThatWaitsNeverRuns() {
    List<CompletableFuture<Reply>> running = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      running.add(pool.invoke(Invocation.of("gate", "")).toFuture());
    }
    await().until(() -> guests.started.get() == 2);
    Disposable waiting = pool.invoke(Invocation.of("echo", "")).subscribe();
    waiting.dispose();
    guests.open();
    assertThat(running).allSatisfy(each -> assertThat(each).succeedsWithin(LONG));
    await().until(() -> pool.metrics().waiting() == 0);
    assertThat(guests.started.get()).isEqualTo(2);
    assertThat(pool.metrics().cancelled()).isEqualTo(1);
  }

  @Test
  void cancellingStopsARunningGuest() {
    Disposable running = pool.invoke(Invocation.of("spin", "")).subscribe();
    await().until(() -> guests.started.get() == 1);
    running.dispose();
    await().until(() -> guests.interrupted.get() == 1);
    await().until(() -> pool.metrics().cancelled() == 1);
  }

  @Test
  void oneKeyKeepsItsOrderOnOneWorker() {
    List<String> order = new CopyOnWriteArrayList<>();
    CompletableFuture<Reply> last = new CompletableFuture<>();
    for (int i = 0; i < 3; i++) {
      String text = Integer.toString(i);
      CompletableFuture<Reply> reply =
          pool.invoke(Invocation.of("echo", text).withKey("k")).toFuture();
      last = reply.whenComplete((done, failure) -> order.add(done.utf8()));
    }
    assertThat(last).succeedsWithin(LONG);
    assertThat(order).containsExactly("0", "1", "2");
    assertThat(guests.threads).hasSize(1);
  }

  @Test
  void aKeyWaitsForItsWorkerWhileOthersRunElsewhere() {
    CompletableFuture<Reply> first = pool.invoke(Invocation.of("gate", "").withKey("k")).toFuture();
    await().until(() -> guests.started.get() == 1);
    CompletableFuture<Reply> second =
        pool.invoke(Invocation.of("echo", "").withKey("k")).toFuture();
    for (int i = 0; i < 20; i++) {
      run(Invocation.of("echo", "anywhere"));
    }
    assertThat(second).isNotDone();
    guests.open();
    assertThat(first).succeedsWithin(LONG);
    assertThat(second).succeedsWithin(LONG);
  }

  @Test
  void aWorkerTakenByAKeyLeavesNobodyWaitingBesideAParkedOne() {
    for (int round = 0; round < 200; round++) {
      String key = "key " + round;
      CompletableFuture<Reply> unkeyed = pool.invoke(Invocation.of("echo", "")).toFuture();
      Disposable keyed = pool.invoke(Invocation.of("spin", "").withKey(key)).subscribe();
      assertThat(unkeyed).as("round %d", round).succeedsWithin(LONG);
      keyed.dispose();
      await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> pool.metrics().waiting() == 0 && pool.metrics().running() == 0);
    }
  }

  @Test
  @SuppressWarnings("NullAway") // what this test is about
  void nullIsRefusedBeforeItTakesRoom() {
    assertThatThrownBy(() -> pool.invoke(null)).isInstanceOf(NullPointerException.class);
    assertThat(pool.metrics().waiting()).isZero();
  }

  @Test
  void aSubscriberThatThrowsHarmsOnlyItself() {
    pool.invoke(Invocation.of("echo", ""))
        .subscribe(
            reply -> {
              Thread.currentThread().interrupt();
              throw new IllegalStateException("subscriber");
            },
            error -> {
              throw new IllegalStateException("error handler");
            });
    for (int i = 0; i < 10; i++) {
      assertThat(run(Invocation.of("echo", "on")).utf8()).isEqualTo("on");
    }
  }

  @Test
  void aSubscriberThatBreaksTheRulesHarmsOnlyItself() {
    for (int i = 0; i < 10; i++) {
      pool.invoke(Invocation.of("echo", ""))
          .subscribe(
              new CoreSubscriber<>() {
                @Override
                public void onSubscribe(Subscription subscription) {
                  subscription.request(1);
                }

                @Override
                public void onNext(Reply reply) {
                  throw new AssertionError("onNext must not throw");
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onComplete() {}
              });
      assertThat(run(Invocation.of("echo", "on")).utf8()).isEqualTo("on");
    }
    await().until(() -> pool.metrics().completed() == 20);
    assertThat(guests.leases.get()).as("no worker was lost").isLessThanOrEqualTo(2);
    assertThat(guests.closedLeases.get()).isZero();
  }

  private Reply run(Invocation invocation) {
    return Objects.requireNonNull(pool.invoke(invocation).block(LONG));
  }

  private static long liveWorkers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("millrace-\\d+-worker-.*"))
        .filter(Thread::isAlive)
        .count();
  }
}
