package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.instance.AbiDescriptor;
import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.memory.Slice;
import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolRecorder;
import io.millrace.scheduler.WorkerPools;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Claims on a memory that guests share: a slice, and no worker. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedClaimTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int ARENA = 64 * 1024;

  private final InstancePool guests = sharing().claimArenaBytes(ARENA).build();
  private final AtomicLong copiedBytes = new AtomicLong();
  private final WorkerPool pool =
      WorkerPools.over(guests)
          .workers(1)
          .inboxCapacity(8)
          .recorder(
              new WorkerPoolRecorder() {
                @Override
                public void ended(Reply reply, InvocationCost cost) {
                  copiedBytes.addAndGet(cost.copiedBytes());
                }
              })
          .build();

  private static InstancePoolBuilder sharing() {
    return Guests.shared();
  }

  @AfterEach
  void close() {
    pool.terminate();
    guests.close();
  }

  private static Invocation reserving(String function, int bytes) {
    return Invocation.of(function, Payload.reserved(bytes)).withDeadline(LONG);
  }

  private Claim claim(Invocation invocation) {
    return Objects.requireNonNull(pool.claim(invocation).block(LONG));
  }

  private static String utf8(Mono<Reply> reply) {
    return Objects.requireNonNull(reply.block(LONG)).utf8();
  }

  private static Mono<Reply> commit(Claim claim, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    claim.slice().view().put(bytes);
    return claim.commit(bytes.length);
  }

  @Test
  void openClaimsKeepNoWorkerAndWhatIsCommittedIsThePayload() {
    List<Claim> open = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      open.add(claim(reserving("echo", 1000)));
    }
    assertThat(utf8(pool.invoke(Invocation.of("echo", "between")))).isEqualTo("between");
    for (int i = 0; i < 4; i++) {
      assertThat(utf8(commit(open.get(i), "claim " + i))).isEqualTo("claim " + i);
    }
    assertThat(pool.metrics().openClaims()).isZero();
  }

  @Test
  void nothingIsCopiedButTheReply() {
    Claim claim = claim(reserving("sha256", 10_000));
    for (int i = 0; i < 10_000; i++) {
      claim.slice().putByte(i, (byte) i);
    }
    int digestBytes = utf8(claim.commit()).length();
    await().untilAsserted(() -> assertThat(copiedBytes.get()).isEqualTo(digestBytes));
  }

  @Test
  void theWholeArenaIsThereAgainWhenAllHaveEnded() {
    for (int round = 0; round < 3; round++) {
      Claim all = claim(reserving("echo", ARENA));
      StepVerifier.create(pool.claim(reserving("echo", 1)))
          .expectError(WorkerException.PoolExhausted.class)
          .verify(LONG);
      assertThat(utf8(commit(all, "all"))).isEqualTo("all");
    }
    StepVerifier.create(pool.claim(reserving("echo", ARENA + 1)))
        .expectError(WorkerException.PayloadTooLarge.class)
        .verify(LONG);
  }

  @Test
  void aViewThatIsKeptBeyondTheDeadlineWritesToNobodysBytes() {
    claim(reserving("echo", 8)).close(); // so that the deadline covers no compile
    Claim forgotten = claim(reserving("echo", 8).withDeadline(Duration.ofMillis(200)));
    ByteBuffer view = forgotten.slice().view();
    await().untilAsserted(() -> assertThat(pool.metrics().quarantinedBytes()).isEqualTo(64));
    try (Claim next = claim(reserving("echo", 8))) {
      Slice slice = next.slice();
      slice.putLong(0, 1);
      view.putLong(0, -1);
      assertThat(slice.getLong(0)).isEqualTo(1);
    }
    assertThat(guests.metrics().instancesRetired()).as("it had no instance").isZero();
    forgotten.close();
    assertThat(pool.metrics().quarantinedBytes()).isZero();
  }

  @Test
  void aGuestThatTrapsGivesTheSliceBackToo() {
    for (int i = 0; i < 3; i++) {
      StepVerifier.create(claim(reserving("trap", ARENA)).commit())
          .expectError(WorkerException.GuestTrap.class)
          .verify(LONG);
    }
    assertThat(utf8(commit(claim(reserving("echo", ARENA)), "next"))).isEqualTo("next");
  }

  @Test
  void aFunctionThatIsMissingFailsAtTheCommit() {
    StepVerifier.create(claim(reserving("nope", 1)).commit())
        .expectError(WorkerException.AbiMismatch.class)
        .verify(LONG);
  }

  @Test
  void workersThatHaveAllInstancesKeepNoClaimWaiting() {
    try (InstancePool full = sharing().maximumInstances(1).build();
        WorkerPool workers = WorkerPools.over(full).workers(1).build()) {
      assertThat(utf8(workers.invoke(Invocation.of("echo", "first")))).isEqualTo("first");
      Claim claim = Objects.requireNonNull(workers.claim(reserving("echo", 8)).block(LONG));
      assertThat(utf8(commit(claim, "claimed"))).isEqualTo("claimed");
      assertThat(full.metrics().instancesCreated()).isEqualTo(1);
    }
  }

  @Test
  void aGuestWithoutSuchABlockSaysSoAlsoWhereWorkersHaveAllInstances() {
    try (InstancePool small = sharing().maximumPages(64).maximumInstances(1).build();
        WorkerPool workers = WorkerPools.over(small).workers(1).build()) {
      assertThat(utf8(workers.invoke(Invocation.of("echo", "first")))).isEqualTo("first");
      StepVerifier.create(workers.claim(reserving("echo", 1)))
          .expectError(WorkerException.PayloadTooLarge.class)
          .verify(LONG);
      assertThat(utf8(workers.invoke(Invocation.of("echo", "next")))).isEqualTo("next");
    }
  }

  @Test
  void aClaimantThatBlocksHoldsUpNoOtherOfTheFirst() throws Exception {
    CountDownLatch mayGoOn = new CountDownLatch(1);
    CountDownLatch handedOut = new CountDownLatch(4);
    try {
      for (int i = 0; i < 4; i++) {
        pool.claim(reserving("echo", 8))
            .subscribe(
                claim -> {
                  handedOut.countDown();
                  try {
                    mayGoOn.await();
                  } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                  }
                  claim.close();
                });
      }
      assertThat(handedOut.await(20, TimeUnit.SECONDS)).as("all four").isTrue();
    } finally {
      mayGoOn.countDown();
    }
  }

  @Test
  void anotherTenantIsToldToUseAPoolOfItsOwn() {
    claim(reserving("echo", 1)).close();
    StepVerifier.create(pool.claim(reserving("echo", 1).withTenant("other")))
        .expectError(WorkerException.CapabilityDenied.class)
        .verify(LONG);
  }

  @Test
  void aMemoryWithoutSuchABlockFailsTheClaim() {
    try (InstancePool small = sharing().maximumPages(64).build();
        WorkerPool workers = WorkerPools.over(small).workers(1).build()) {
      for (int i = 0; i < 2; i++) {
        StepVerifier.create(workers.claim(reserving("echo", 1)))
            .expectError(WorkerException.PayloadTooLarge.class)
            .verify(LONG);
      }
      assertThat(utf8(workers.invoke(Invocation.of("echo", "next")))).isEqualTo("next");
    }
  }

  @Test
  void anAbiWithABlockForEachCallHasNoClaimsOnSharedMemory() {
    AbiDescriptor blocks =
        new AbiDescriptor(
            "alloc",
            "free",
            AbiDescriptor.Input.BLOCK_PER_CALL,
            new AbiDescriptor.Result.Packed(),
            false,
            null);
    try (InstancePool other = sharing().abi(blocks).build();
        WorkerPool workers = WorkerPools.over(other).workers(1).build()) {
      StepVerifier.create(workers.claim(reserving("echo", 1)))
          .expectError(WorkerException.AbiMismatch.class)
          .verify(LONG);
    }
  }

  @Test
  void anArenaOfAnOddSizeIsRefused() {
    assertThatThrownBy(() -> sharing().claimArenaBytes(100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("power of two");
  }
}
