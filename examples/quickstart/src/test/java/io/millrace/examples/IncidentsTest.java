package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.scheduler.WorkerPools;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;

/** What went wrong in pools of others, tried here; each test is named after the report. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class IncidentsTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String DIGEST = "/io/millrace/guests/c-digest.wasm";

  private final InstancePool guests = guests();
  private final WorkerPool one = WorkerPools.over(guests).workers(1).inboxCapacity(8).build();
  private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

  private static InstancePool guests() {
    return Guests.digest().maximumInstances(2).spares(0).build();
  }

  @AfterEach
  void close() {
    one.close();
    guests.close();
    assertThat(errors).isEmpty();
    assertThat(guests.metrics().instances()).isZero();
  }

  private CompletableFuture<Reply> echo(String text) {
    return one.invoke(Invocation.of("echo", text)).toFuture();
  }

  private static String reply(CompletableFuture<Reply> future) throws Exception {
    return Objects.requireNonNull(future.get(30, TimeUnit.SECONDS)).utf8();
  }

  private Disposable spin() {
    int running = one.metrics().running();
    Disposable spinning = one.invoke(Invocation.of("spin", "")).subscribe(reply -> {}, errors::add);
    await().until(() -> one.metrics().running() > running);
    return spinning;
  }

  /** reactor-pool #40: what waited was not served after a resource had been thrown away. */
  @Test
  void reactorPool40WhatWaitsIsServedAfterAnInstanceWasRetired() throws Exception {
    CompletableFuture<Reply> trap = one.invoke(Invocation.of("trap", "")).toFuture();
    CompletableFuture<Reply> waiting = echo("served");
    assertThat(trap).failsWithin(LONG);
    assertThat(reply(waiting)).isEqualTo("served");
    assertThat(guests.metrics().instancesRetired()).isEqualTo(1);
  }

  /** reactor-pool #80: a resource that came back while its pool was closed was not destroyed. */
  @Test
  void reactorPool80AnInstanceThatComesBackWhileThePoolClosesIsGivenUp() throws Exception {
    for (int round = 0; round < 300; round++) {
      InstancePool pool = guests();
      GuestLease lease = pool.lease();
      lease.guest(null).invoke(Invocation.of("echo", ""));
      CountDownLatch start = new CountDownLatch(1);
      Thread closer =
          new Thread(
              () -> {
                start.countDown();
                pool.close();
              });
      closer.start();
      start.await();
      lease.close();
      closer.join();
      assertThat(pool.metrics().instances()).as("round %d", round).isZero();
      assertThat(pool.metrics().memoryPages()).isZero();
    }
  }

  /** reactor-pool #82: when a resource could not be made, what waited for one waited for ever. */
  @Test
  void reactorPool82WhatWaitsIsServedAfterAnInstanceCouldNotBeBuilt() throws Exception {
    CountDownLatch bothAsk = new CountDownLatch(1);
    AtomicInteger reads = new AtomicInteger();
    ModuleSource failsOnce =
        ModuleSource.stream(
            "c-digest.wasm",
            () -> {
              bothAsk.await();
              if (reads.getAndIncrement() == 0) {
                throw new IOException("the disk hangs");
              }
              return Objects.requireNonNull(IncidentsTest.class.getResourceAsStream(DIGEST));
            });
    try (InstancePool pool = InstancePool.builder(failsOnce).build();
        WorkerPool workers = WorkerPools.over(pool).workers(1).build()) {
      CompletableFuture<Reply> first = workers.invoke(Invocation.of("echo", "first")).toFuture();
      CompletableFuture<Reply> waiting = workers.invoke(Invocation.of("echo", "second")).toFuture();
      bothAsk.countDown();
      assertThat(first)
          .failsWithin(LONG)
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("the disk hangs");
      assertThat(reply(waiting)).isEqualTo("second");
    }
  }

  /** reactor-pool #124 and #127: a cancelled request kept its place, or kept others waiting. */
  @Test
  void reactorPool124And127CancelledInvocationsGiveTheirPlacesBackAndOthersAreServed()
      throws Exception {
    for (int round = 0; round < 20; round++) {
      Disposable spinning = spin();
      List<Disposable> waiting = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        waiting.add(one.invoke(Invocation.of("echo", "")).subscribe(reply -> {}, errors::add));
      }
      CompletableFuture<Reply> last = echo("last");
      waiting.forEach(Disposable::dispose);
      spinning.dispose();
      assertThat(reply(last)).isEqualTo("last");
    }
    await().untilAsserted(() -> assertThat(one.metrics().waiting()).isZero());
    Disposable spinning = spin();
    List<CompletableFuture<Reply>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(echo("" + i));
    }
    assertThat(one.invoke(Invocation.of("echo", "")).toFuture())
        .as("all eight places are there, and no more")
        .failsWithin(LONG)
        .withThrowableOfType(Exception.class)
        .withCauseInstanceOf(WorkerException.InboxFull.class);
    spinning.dispose();
    for (int i = 0; i < 8; i++) {
      assertThat(reply(all.get(i))).isEqualTo("" + i);
    }
  }

  /** Piscina #805: with the second task aborted, then the first, the third never started. */
  @Test
  void piscina805TheThirdRunsWhenTheSecondThenTheFirstIsCancelled() throws Exception {
    Disposable first = spin();
    Disposable second = one.invoke(Invocation.of("echo", "2")).subscribe(reply -> {}, errors::add);
    CompletableFuture<Reply> third = echo("3");
    second.dispose();
    first.dispose();
    assertThat(reply(third)).isEqualTo("3");
  }

  /** Piscina #934: to abort one task ended others that had nothing to do with it. */
  @Test
  void piscina934ToCancelOneInvocationHarmsNoOther() throws Exception {
    try (WorkerPool two = WorkerPools.over(guests()).workers(2).inboxCapacity(2048).build()) {
      List<CompletableFuture<Reply>> others = new ArrayList<>();
      for (int round = 0; round < 50; round++) {
        Disposable runaway =
            two.invoke(Invocation.of("spin", "")).subscribe(reply -> {}, errors::add);
        for (int i = 0; i < 20; i++) {
          others.add(two.invoke(Invocation.of("sha256", "" + i)).toFuture());
        }
        runaway.dispose();
      }
      for (CompletableFuture<Reply> other : others) {
        assertThat(reply(other)).hasSize(64);
      }
    }
  }
}
