package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.instance.InstancePool;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Slices that the caller fills. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ClaimTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final InstancePool guests = Guests.digest().spares(0).build();
  private final WorkerPool pool = WorkerPools.over(guests).workers(1).inboxCapacity(4).build();

  /** So that a deadline covers no compile. */
  @BeforeEach
  void warmUp() {
    guests.warmUp(1).block(LONG);
  }

  @AfterEach
  void close() {
    pool.close();
    guests.close();
  }

  private static Invocation echo(int bytes) {
    return Invocation.of("echo", Payload.reserved(bytes));
  }

  private Claim claim(Invocation invocation) {
    return Objects.requireNonNull(pool.claim(invocation).block(LONG));
  }

  private static void fill(Claim claim, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    claim.slice().write(0, bytes, 0, bytes.length);
  }

  private static String text(Mono<Reply> reply) {
    return Objects.requireNonNull(reply.block(LONG)).utf8();
  }

  @Test
  void whatIsFilledAndCommittedIsThePayload() {
    try (Claim claim = claim(echo(100_000).withTenant("a"))) {
      assertThat(claim.slice().length()).isEqualTo(100_000);
      fill(claim, "hello");
      Slice slice = claim.slice();
      Mono<Reply> reply = claim.commit(5);
      assertThat(text(reply)).isEqualTo("hello");
      assertThat(text(reply)).as("the Mono replays").isEqualTo("hello");
      assertThatThrownBy(() -> slice.getByte(0)).isInstanceOf(SliceStateException.class);
      assertThatThrownBy(claim::commit).isInstanceOf(WorkerException.SliceMisuse.class);
    }
    assertThat(guests.metrics().instancesRetired()).isZero();
  }

  @Test
  void itCanBeFilledOnTheWorkersThread() {
    StepVerifier.create(
            pool.claim(echo(5))
                .flatMap(
                    claim -> {
                      fill(claim, "there");
                      return claim.commit();
                    })
                .map(Reply::utf8))
        .expectNext("there")
        .expectComplete()
        .verify(LONG);
  }

  @Test
  void aClaimThatIsClosedRunsNothingAndItsWorkerGoesOn() {
    Slice slice;
    try (Claim claim = claim(echo(5))) {
      fill(claim, "never");
      slice = claim.slice();
    }
    assertThatThrownBy(() -> slice.putByte(0, (byte) 1)).isInstanceOf(SliceStateException.class);
    assertThat(text(pool.invoke(Invocation.of("echo", "next")))).isEqualTo("next");
    await().untilAsserted(() -> assertThat(pool.metrics().cancelled()).isEqualTo(1));
    assertThat(guests.metrics().instancesRetired()).as("nobody writes to it any more").isZero();
  }

  @Test
  void aClaimThatIsForgottenIsTakenBackAndItsInstanceIsNotUsedAgain() {
    List<WorkerEvent> events = new CopyOnWriteArrayList<>();
    pool.events().subscribe(events::add);
    Invocation echo = echo(5).withDeadline(Duration.ofMillis(500));
    Claim forgotten = claim(echo);
    assertThat(text(pool.invoke(Invocation.of("echo", "next")))).isEqualTo("next");
    assertThatThrownBy(() -> forgotten.slice().putByte(0, (byte) 1))
        .isInstanceOf(SliceStateException.class);
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
    await()
        .untilAsserted(
            () ->
                assertThat(events)
                    .hasAtLeastOneElementOfType(WorkerEvent.ClaimReclaimed.class)
                    .hasAtLeastOneElementOfType(WorkerEvent.InstanceRetired.class));
    assertThat(events)
        .filteredOn(WorkerEvent.ClaimReclaimed.class::isInstance)
        .extracting(event -> ((WorkerEvent.ClaimReclaimed) event).invocation().function())
        .containsExactly("echo");
    assertThat(guests.metrics().instancesRetired())
        .as("somebody may be writing to its memory")
        .isEqualTo(1);
  }

  @Test
  void aClaimantThatKeepsTheWorkersThreadBeyondTheDeadlineLosesTheClaimAndNotTheWorker() {
    AtomicReference<@Nullable Claim> kept = new AtomicReference<>();
    pool.claim(echo(5).withDeadline(Duration.ofSeconds(1)))
        .subscribe(
            claim -> {
              kept.set(claim);
              try {
                Thread.sleep(LONG.toMillis());
              } catch (InterruptedException swallowed) {
                return; // so that whoever waits in the codec does not see it
              }
            });
    await().untilAsserted(() -> assertThat(pool.metrics().failed()).isEqualTo(1));
    assertThat(text(pool.invoke(Invocation.of("echo", "next")))).isEqualTo("next");
    Claim late = Objects.requireNonNull(kept.get());
    assertThatThrownBy(() -> late.slice().putByte(0, (byte) 1))
        .isInstanceOf(SliceStateException.class);
    assertThat(pool.metrics().abandonedWorkers()).isZero();
  }

  @Test
  void aCommittedFunctionHasItsDeadlineToo() {
    Claim claim =
        claim(Invocation.of("spin", Payload.reserved(1)).withDeadline(Duration.ofMillis(500)));
    StepVerifier.create(claim.commit())
        .expectErrorSatisfies(
            late ->
                assertThat(late)
                    .isInstanceOf(WorkerException.DeadlineExceeded.class)
                    .hasMessageContaining("for spin passed while the guest ran"))
        .verify(LONG);
    assertThat(text(pool.invoke(Invocation.of("echo", "next")))).isEqualTo("next");
  }

  @Test
  void whatHasNoRoomFailsTheClaim() {
    StepVerifier.create(pool.claim(echo(Integer.MAX_VALUE)))
        .expectError(WorkerException.PayloadTooLarge.class)
        .verify(LONG);
    StepVerifier.create(pool.claim(Invocation.of("nope", Payload.reserved(1))))
        .expectError(WorkerException.AbiMismatch.class)
        .verify(LONG);
  }

  @Test
  void claimsWaitAndCountAsAnyInvocation() {
    Claim open = claim(echo(1));
    for (int i = 0; i < 4; i++) {
      pool.claim(echo(1)).subscribe(Claim::commit);
    }
    StepVerifier.create(pool.claim(echo(1)))
        .expectErrorSatisfies(
            full -> assertThat(full).isInstanceOf(WorkerException.InboxFull.class))
        .verify(LONG);
    assertThat(text(open.commit())).hasSize(1);
    await().untilAsserted(() -> assertThat(pool.metrics().completed()).isEqualTo(5));
  }

  @Test
  void aClaimThatNobodyWaitsForAnyMoreIsDropped() {
    Claim open = claim(echo(1));
    Disposable waiting = pool.claim(echo(1)).subscribe();
    assertThat(pool.metrics().waiting()).isEqualTo(1);
    waiting.dispose();
    open.close();
    assertThat(text(pool.invoke(Invocation.of("echo", "next")))).isEqualTo("next");
    await().untilAsserted(() -> assertThat(pool.metrics().cancelled()).isEqualTo(2));
  }

  @Test
  void aPoolThatEndsTakesClaimsBack() {
    Claim open = claim(echo(1));
    pool.terminate();
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> open.slice().getByte(0))
                    .isInstanceOf(SliceStateException.class));
  }

  @Test
  void reservedRoomIsForClaims() {
    assertThatThrownBy(() -> pool.claim(Invocation.of("echo", "text")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a claim of echo wants Payload.reserved(bytes), and not 4 bytes");
    StepVerifier.create(pool.invoke(echo(4)))
        .expectErrorSatisfies(
            thrown ->
                assertThat(thrown)
                    .isInstanceOf(WorkerException.CodecFailed.class)
                    .hasMessageContaining("use WorkerPool.claim"))
        .verify(LONG);
  }
}
