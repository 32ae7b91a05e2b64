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
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** A slice that was handed over goes back to its arena even if no guest ever has it. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class TransferredPayloadTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  private final FakeGuests guests = new FakeGuests();
  private final SizeClassArena arena =
      new SizeClassArena(new PrivateLinearMemory(new PageLimits(1, 1)), 0, 65_536);
  private final Slice slice = arena.allocate(8, 8);
  private final Invocation handingOver = Invocation.of("echo", Payload.transferred(slice));

  @AfterEach
  void open() {
    guests.open();
  }

  private WorkerPool pool(Overflow overflow) {
    WorkerPool pool =
        WorkerPools.over(guests).workers(1).inboxCapacity(1).overflow(overflow).build();
    pool.invoke(Invocation.of("gate", "")).subscribe(reply -> {}, failure -> {});
    await().untilAsserted(() -> assertThat(pool.metrics().running()).isEqualTo(1));
    return pool;
  }

  private void assertTaken() {
    assertThat(slice.isLive()).isFalse();
    await().untilAsserted(() -> assertThat(arena.liveSlices()).isZero());
  }

  @Test
  void whenItsDeadlinePasses() {
    try (WorkerPool pool = pool(Overflow.WAIT)) {
      StepVerifier.create(pool.invoke(handingOver.withDeadline(Duration.ofMillis(20))))
          .expectError(WorkerException.DeadlineExceeded.class)
          .verify(LONG);
      assertTaken();
      guests.open();
    }
  }

  @Test
  void whenItIsCancelled() {
    try (WorkerPool pool = pool(Overflow.WAIT)) {
      Disposable waiting = pool.invoke(handingOver).subscribe();
      assertThat(slice.isLive()).as("accepted").isFalse();
      waiting.dispose();
      assertTaken();
      guests.open();
    }
  }

  @Test
  void whenItIsDroppedForANewerOne() {
    try (WorkerPool pool = pool(Overflow.DROP_OLDEST)) {
      StepVerifier.create(pool.invoke(handingOver))
          .then(() -> pool.invoke(Invocation.of("echo", "")).subscribe())
          .expectError(WorkerException.Dropped.class)
          .verify(LONG);
      assertTaken();
      guests.open();
    }
  }

  @Test
  void whenThePoolIsTerminated() {
    WorkerPool pool = pool(Overflow.WAIT);
    StepVerifier.create(pool.invoke(handingOver))
        .then(pool::terminate)
        .expectError(WorkerException.WorkerTerminated.class)
        .verify(LONG);
    assertTaken();
  }

  @Test
  void whenThePoolEndsAsItIsAboutToBegin() {
    AtomicReference<@Nullable WorkerPool> ended = new AtomicReference<>();
    GuestSource source =
        () ->
            new GuestLease() {
              @Override
              public Guest guest(@Nullable String tenant) {
                Objects.requireNonNull(ended.get()).terminate();
                Thread.interrupted();
                return invocation -> new byte[0];
              }

              @Override
              public void close() {}
            };
    WorkerPool pool = WorkerPools.over(source).workers(1).build();
    ended.set(pool);
    StepVerifier.create(pool.invoke(handingOver))
        .expectError(WorkerException.WorkerTerminated.class)
        .verify(LONG);
    assertTaken();
  }

  @Test
  void aRefusedOneIsToldByNobodyWhoDispatches() {
    Invocation again = Invocation.of("echo", handingOver.payload());
    try (WorkerPool pool = pool(Overflow.DROP_OLDEST)) {
      Disposable first = pool.invoke(handingOver).subscribe(reply -> {}, failure -> {});
      AtomicReference<@Nullable String> told = new AtomicReference<>();
      pool.invoke(again)
          .subscribe(
              reply -> {},
              failure -> {
                assertThat(failure).isInstanceOf(WorkerException.SliceMisuse.class);
                told.set(Thread.currentThread().getName());
              });
      await().untilAsserted(() -> assertThat(told.get()).endsWith("-signals"));
      first.dispose();
      guests.open();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"busy", "oops", "echo"})
  void whenTheGuestDoesNotTakeIt(String function) {
    try (WorkerPool pool = WorkerPools.over(guests).workers(1).build()) {
      StepVerifier.create(pool.invoke(Invocation.of(function, handingOver.payload())))
          .expectError(WorkerException.class)
          .verify(LONG);
      assertThat(arena.liveSlices()).isZero();
    }
  }

  @Test
  void whatIsRefusedStaysTheSenders() {
    try (WorkerPool pool = pool(Overflow.REJECT)) {
      pool.invoke(Invocation.of("echo", "")).subscribe();
      StepVerifier.create(pool.invoke(handingOver))
          .expectError(WorkerException.InboxFull.class)
          .verify(LONG);
      assertThat(slice.isLive()).isTrue();
      guests.open();
    }
  }

  @Test
  void twoInvocationsThatCarryItCannotTakeItFromEachOther() {
    Invocation trapping = Invocation.of("trap", handingOver.payload());
    try (WorkerPool pool = pool(Overflow.WAIT)) {
      CompletableFuture<Reply> first = pool.invoke(trapping).toFuture();
      assertThat(slice.isLive()).isFalse();
      Disposable noRoom = pool.invokeAll(Flux.just(handingOver)).subscribe();
      noRoom.dispose();
      StepVerifier.create(pool.invoke(handingOver))
          .expectError(WorkerException.InboxFull.class)
          .verify(LONG);
      assertThat(arena.liveSlices()).as("the first has it").isEqualTo(1);
      guests.open();
      assertThat(first).failsWithin(LONG);
      StepVerifier.create(pool.invoke(handingOver))
          .expectError(WorkerException.SliceMisuse.class)
          .verify(LONG);
    }
  }

  @Test
  void inAStreamTooAndASecondHandOverFailsByItself() {
    try (WorkerPool pool = WorkerPools.over(guests).workers(1).inboxCapacity(8).build()) {
      Invocation nowhere = Invocation.of("trap", Payload.transferred(slice));
      List<Reply> replies =
          Objects.requireNonNull(
              pool.invokeAll(Flux.just(nowhere, handingOver, Invocation.of("echo", "x")))
                  .collectList()
                  .block(LONG));
      assertThat(replies).hasSize(3);
      assertThat(((Reply.Failed) replies.get(1)).failure())
          .isInstanceOf(WorkerException.SliceMisuse.class);
      assertThat(replies.get(2).utf8()).isEqualTo("x");
      assertThat(slice.isLive()).isFalse();
      assertThat(pool.metrics().waiting()).isZero();
    }
  }

  @Test
  void whenTheSourceOfGuestsThrows() {
    GuestSource throwing =
        new GuestSource() {
          @Override
          public GuestLease lease() {
            return guests.lease();
          }

          @Override
          public boolean canReach(Slice any) {
            throw new IllegalStateException("mine");
          }
        };
    try (WorkerPool pool = WorkerPools.over(throwing).workers(1).inboxCapacity(1).build()) {
      StepVerifier.create(pool.invoke(handingOver))
          .expectErrorSatisfies(
              error ->
                  assertThat(error)
                      .isInstanceOf(WorkerException.WorkerTerminated.class)
                      .hasMessageContaining("mine"))
          .verify(LONG);
      assertThat(pool.metrics().waiting()).isZero();
    }
  }
}
