package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.ClaimArena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Claims that have a slice and no worker. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedClaimsTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(100);

  private final SharingGuests guests = new SharingGuests();
  private WorkerPool pool = pool(Overflow.WAIT, 4);

  private WorkerPool pool(Overflow overflow, int capacity) {
    return WorkerPools.over(guests)
        .workers(1)
        .inboxCapacity(capacity)
        .overflow(overflow)
        .drainTimeout(LONG)
        .build();
  }

  @AfterEach
  void end() {
    guests.open();
    pool.terminate();
    pool.close();
  }

  private static Invocation reserving(String function, int bytes) {
    return Invocation.of(function, Payload.reserved(bytes)).withDeadline(LONG);
  }

  private Claim claim(Invocation invocation) {
    return Objects.requireNonNull(pool.claim(invocation).block(LONG));
  }

  private static Mono<Reply> commit(Claim claim, String text) {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    claim.slice().write(0, bytes, 0, bytes.length);
    return claim.commit(bytes.length);
  }

  private static String utf8(Mono<Reply> reply) {
    return Objects.requireNonNull(reply.block(LONG)).utf8();
  }

  private void occupyTheWorker() {
    pool.invoke(Invocation.of("gate", "")).subscribe(reply -> {}, failure -> {});
    await().untilAsserted(() -> assertThat(pool.metrics().running()).isEqualTo(1));
  }

  private void assertAllIsFree() {
    await().untilAsserted(() -> assertThat(pool.metrics().waiting()).isZero());
    await().untilAsserted(() -> assertThat(guests.arena.usedBytes()).isZero());
    assertThat(pool.metrics().openClaims()).isZero();
  }

  @Test
  void openClaimsKeepNoWorker() {
    List<Claim> open = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      open.add(claim(reserving("echo", 10)));
    }
    assertThat(pool.metrics().openClaims()).isEqualTo(3);
    assertThat(pool.metrics().waiting()).as("each counts as waiting").isEqualTo(3);
    assertThat(pool.metrics().liveWorkers()).as("no worker was needed yet").isZero();
    assertThat(utf8(pool.invoke(Invocation.of("echo", "between")))).isEqualTo("between");
    for (int i = 2; i >= 0; i--) {
      assertThat(utf8(commit(open.get(i), "claim " + i))).isEqualTo("claim " + i);
    }
    assertAllIsFree();
    assertThat(pool.metrics().completed()).isEqualTo(4);
  }

  @Test
  void aClaimTakesOnePermitAndACommitNoSecond() {
    occupyTheWorker();
    List<Claim> open = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      open.add(claim(reserving("echo", 1)));
    }
    StepVerifier.create(pool.claim(reserving("echo", 1)))
        .expectError(WorkerException.InboxFull.class)
        .verify(LONG);
    StepVerifier.create(pool.invoke(Invocation.of("echo", "")))
        .expectError(WorkerException.InboxFull.class)
        .verify(LONG);
    List<CompletableFuture<Reply>> replies =
        open.stream().map(claim -> claim.commit().toFuture()).toList();
    assertThat(pool.metrics().waiting()).isEqualTo(4);
    guests.open();
    assertThat(replies).allSatisfy(reply -> assertThat(reply).succeedsWithin(LONG));
    assertAllIsFree();
  }

  @Test
  void aFullArenaRefusesAtOnceAndWhatCanNeverFitIsTooLarge() {
    Claim most = claim(reserving("echo", SharingGuests.CAPACITY / 2));
    StepVerifier.create(pool.claim(reserving("echo", SharingGuests.CAPACITY)))
        .expectErrorSatisfies(
            full -> {
              assertThat(full).isInstanceOf(WorkerException.PoolExhausted.class);
              assertThat(((WorkerException) full).retryable()).isTrue();
            })
        .verify(LONG);
    StepVerifier.create(pool.claim(reserving("echo", SharingGuests.CAPACITY + 1)))
        .expectError(WorkerException.PayloadTooLarge.class)
        .verify(LONG);
    assertThat(pool.metrics().waiting()).as("refused ones keep no room").isEqualTo(1);
    most.close();
    claim(reserving("echo", SharingGuests.CAPACITY)).close();
    assertAllIsFree();
  }

  @Test
  void aClaimThatIsClosedIsFreeAtOnceAndRunsNothing() {
    Claim claim = claim(reserving("echo", 10));
    Slice slice = claim.slice();
    claim.close();
    assertThat(guests.arena.usedBytes()).isZero();
    assertThat(pool.metrics().waiting()).isZero();
    assertThat(pool.metrics().cancelled()).isEqualTo(1);
    assertThatThrownBy(() -> slice.putByte(0, (byte) 1)).isInstanceOf(SliceStateException.class);
    assertThatThrownBy(claim::commit).isInstanceOf(WorkerException.SliceMisuse.class);
    assertThat(guests.fakes.started.get()).isZero();
  }

  @Test
  void aForgottenClaimIsTakenBackAtItsDeadlineAndItsBytesAreKept() {
    List<WorkerEvent> events = new CopyOnWriteArrayList<>();
    pool.events().subscribe(events::add);
    Claim forgotten = claim(reserving("echo", 10).withDeadline(SHORT));
    Slice slice = forgotten.slice();
    await().untilAsserted(() -> assertThat(pool.metrics().waiting()).isZero());
    await().untilAsserted(() -> assertThat(events).hasSize(1));
    assertThat(events).hasOnlyElementsOfType(WorkerEvent.ClaimReclaimed.class);
    assertThatThrownBy(() -> slice.putByte(0, (byte) 1)).isInstanceOf(SliceStateException.class);
    assertThat(pool.metrics().quarantinedBytes()).as("its block").isEqualTo(64);
    Claim next = claim(reserving("echo", 10));
    assertThat(next.slice().offset())
        .as("somebody may be writing there")
        .isNotEqualTo(slice.offset());
    next.close();
    for (int i = 0; i < 2; i++) {
      StepVerifier.create(forgotten.commit())
          .expectErrorSatisfies(
              late ->
                  assertThat(late)
                      .isInstanceOf(WorkerException.DeadlineExceeded.class)
                      .hasMessageContaining("a claim of echo passed before it was committed"))
          .verify(LONG);
    }
    forgotten.close();
    assertThat(pool.metrics().quarantinedBytes()).as("its claimant has ended").isZero();
    assertAllIsFree();
    assertThat(guests.fakes.started.get()).isZero();
  }

  @Test
  void theDeadlineCoversTheFunctionToo() {
    Claim claim = claim(reserving("spin", 1).withDeadline(Duration.ofMillis(300)));
    StepVerifier.create(claim.commit())
        .expectError(WorkerException.DeadlineExceeded.class)
        .verify(LONG);
    assertThat(guests.fakes.started.get()).isEqualTo(1);
    assertAllIsFree();
  }

  @Test
  void theDeadlineCoversTheQueueToo() {
    occupyTheWorker();
    Claim claim = claim(reserving("echo", 1).withDeadline(SHORT));
    StepVerifier.create(claim.commit())
        .expectError(WorkerException.DeadlineExceeded.class)
        .verify(LONG);
    assertThat(guests.arena.usedBytes()).as("no guest is going to have it").isZero();
    assertThat(pool.metrics().quarantinedBytes()).isZero();
  }

  @Test
  void theDeadlineCoversTheWayToTheArenaToo() {
    Sinks.One<ClaimArena> late = Sinks.one();
    guests.offered = late.asMono();
    StepVerifier.create(pool.claim(reserving("echo", 1).withDeadline(SHORT)))
        .expectError(WorkerException.DeadlineExceeded.class)
        .verify(LONG);
    late.tryEmitValue(guests.arena);
    assertAllIsFree();
  }

  @Test
  void aSourceThatHasNoArenaForThisTenantFailsTheClaim() {
    guests.offered = Mono.error(new WorkerException.CapabilityDenied("another tenant's"));
    StepVerifier.create(pool.claim(reserving("echo", 1)))
        .expectError(WorkerException.CapabilityDenied.class)
        .verify(LONG);
    guests.offered = Mono.empty();
    StepVerifier.create(pool.claim(reserving("echo", 1)))
        .expectError(WorkerException.WorkerTerminated.class)
        .verify(LONG);
    assertAllIsFree();
  }

  @Test
  void aClaimThatNobodyWaitsForAnyMoreIsDropped() {
    Sinks.One<ClaimArena> late = Sinks.one();
    guests.offered = late.asMono();
    Disposable waiting = pool.claim(reserving("echo", 1)).subscribe();
    assertThat(pool.metrics().waiting()).isEqualTo(1);
    waiting.dispose();
    assertThat(pool.metrics().waiting()).isZero();
    late.tryEmitValue(guests.arena);
    assertAllIsFree();
    assertThat(pool.metrics().cancelled()).isEqualTo(1);
  }

  @Test
  void whoCancelsWhenItHasTheClaimKeepsIt() {
    Claim claim =
        Objects.requireNonNull(pool.claim(reserving("echo", 2)).flux().next().block(LONG));
    assertThat(utf8(commit(claim, "ok"))).isEqualTo("ok");
  }

  @Test
  void aClaimIsClosedByUsingWhenIfItsClaimantFails() {
    StepVerifier.create(
            Mono.usingWhen(
                pool.claim(reserving("echo", 2)),
                claim -> Mono.<Reply>error(new IllegalStateException("a claimant's own")),
                claim -> Mono.fromRunnable(claim::close)))
        .expectError(IllegalStateException.class)
        .verify(LONG);
    assertAllIsFree();
    assertThat(pool.metrics().cancelled()).isEqualTo(1);
  }

  @Test
  void aPoolThatIsTerminatedAnswersOpenClaims() {
    Claim open = claim(reserving("echo", 10));
    pool.terminate();
    assertThatThrownBy(() -> open.slice().getByte(0)).isInstanceOf(SliceStateException.class);
    StepVerifier.create(open.commit())
        .expectError(WorkerException.WorkerTerminated.class)
        .verify(LONG);
    pool.close();
    assertAllIsFree();
  }

  @Test
  void aPoolThatIsTerminatedAnswersClaimsThatWaitForTheirSlice() {
    guests.offered = Mono.never();
    StepVerifier.create(pool.claim(reserving("echo", 10)))
        .then(pool::terminate)
        .expectError(WorkerException.WorkerTerminated.class)
        .verify(LONG);
    assertAllIsFree();
  }

  @Test
  void aClaimForWhichRoomIsMadeAsThePoolIsTerminatedIsAnsweredWithThat() {
    pool.close();
    pool = pool(Overflow.DROP_OLDEST, 1);
    occupyTheWorker();
    CountDownLatch mayGoOn = new CountDownLatch(1);
    CountDownLatch held = new CountDownLatch(1);
    // Each drops the one before it, and each such error keeps the thread that is to hand the claim
    // out: a held one is relieved after some milliseconds, so there are errors for a second.
    for (int i = 0; i < 100; i++) {
      pool.invoke(Invocation.of("echo", ""))
          .subscribe(
              reply -> {},
              failure -> {
                held.countDown();
                try {
                  mayGoOn.await();
                } catch (InterruptedException stop) {
                  Thread.currentThread().interrupt();
                }
              });
    }
    await().until(() -> held.getCount() == 0);
    StepVerifier.create(pool.claim(reserving("echo", 1)))
        .then(pool::terminate)
        .then(mayGoOn::countDown)
        .expectError(WorkerException.WorkerTerminated.class)
        .verify(LONG);
    assertAllIsFree();
  }

  @Test
  void aPoolThatIsClosedLetsOpenClaimsEnd() throws Exception {
    Claim committed = claim(reserving("echo", 10));
    Claim closed = claim(reserving("echo", 10));
    Thread closer = new Thread(pool::close);
    closer.start();
    await().until(() -> closer.getState() == Thread.State.TIMED_WAITING);
    StepVerifier.create(pool.claim(reserving("echo", 1)))
        .expectError(WorkerException.PoolClosed.class)
        .verify(LONG);
    assertThat(utf8(commit(committed, "last"))).isEqualTo("last");
    closed.close();
    closer.join(LONG.toMillis());
    assertThat(closer.isAlive()).isFalse();
    assertAllIsFree();
    assertThat(pool.metrics().liveWorkers()).isZero();
  }

  @Test
  void aPoolThatIsClosedWaitsForAForgottenClaimUntilItsDeadlineOnly() {
    Claim forgotten = claim(reserving("echo", 10).withDeadline(Duration.ofMillis(300)));
    pool.close();
    StepVerifier.create(forgotten.commit())
        .expectError(WorkerException.DeadlineExceeded.class)
        .verify(LONG);
    assertAllIsFree();
  }

  @Test
  void aPoolThatDropsTheOldestMakesRoomForAClaimAndNeverDropsAnOpenOne() {
    pool.close();
    pool = pool(Overflow.DROP_OLDEST, 2);
    occupyTheWorker();
    Claim open = claim(reserving("echo", 10));
    AtomicReference<@Nullable Throwable> dropped = new AtomicReference<>();
    pool.invoke(Invocation.of("echo", "oldest")).subscribe(reply -> {}, dropped::set);
    Claim newest = claim(reserving("echo", 10));
    await()
        .untilAsserted(() -> assertThat(dropped.get()).isInstanceOf(WorkerException.Dropped.class));
    StepVerifier.create(pool.claim(reserving("echo", 1)))
        .expectError(WorkerException.InboxFull.class)
        .verify(LONG);
    guests.open();
    assertThat(utf8(commit(newest, "newest"))).isEqualTo("newest");
    assertThat(utf8(commit(open, "open"))).isEqualTo("open");
    assertAllIsFree();
  }
}
