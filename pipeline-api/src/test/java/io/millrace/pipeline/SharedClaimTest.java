package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.spi.ClaimArena;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedClaimTest {

  private static final int CAPACITY = 4096;

  private static final PrivateLinearMemory MEMORY = new PrivateLinearMemory(new PageLimits(1, 1));

  private static final SharedClaim.Submission NOBODY =
      new SharedClaim.Submission() {
        @Override
        public void committed() {}

        @Override
        public void aborted() {}
      };

  private final ClaimArena arena =
      new ClaimArena(new PrivateLinearMemory(new PageLimits(1, 1)), 64, CAPACITY, CAPACITY);
  private final List<String> told = new ArrayList<>();
  private final SharedClaim claim = new SharedClaim(Invocation.of("echo", Payload.reserved(100)));

  private final SharedClaim.Submission submission =
      new SharedClaim.Submission() {
        @Override
        public void committed() {
          told.add("committed");
        }

        @Override
        public void aborted() {
          told.add("aborted");
        }
      };

  private Slice open() {
    assertThat(claim.tryOpen(arena, submission)).isTrue();
    return claim.slice();
  }

  private LentSlices payload() {
    return (LentSlices) claim.invocation().payload();
  }

  private void assertNothingIsLent() {
    assertThat(arena.usedBytes()).isZero();
    assertThat(arena.quarantinedBytes()).isZero();
  }

  @Test
  void whatIsCommittedIsThePrefixUntilTheGuestHasReturned() {
    Slice slice = open();
    slice.putByte(0, (byte) 7);
    claim.commit(1);
    assertThat(told).containsExactly("committed");
    assertThat(slice.isLive()).isFalse();
    assertThat(payload().slices()).hasSize(1);
    Slice given = payload().slices().get(0);
    assertThat(given.length()).isEqualTo(1);
    assertThat(given.getByte(0)).isEqualTo((byte) 7);
    claim.close();
    assertThat(given.isLive()).as("a committed claim has nothing to close").isTrue();
    assertThatThrownBy(claim::commit).isInstanceOf(WorkerException.SliceMisuse.class);
    assertThat(claim.end()).as("nothing was taken from anybody").isFalse();
    assertNothingIsLent();
    assertThat(told).containsExactly("committed");
  }

  @Test
  void aClosedClaimGivesItsSliceBackAtOnce() {
    Slice slice = open();
    claim.close();
    claim.close();
    assertThat(told).containsExactly("aborted");
    assertThat(slice.isLive()).isFalse();
    assertNothingIsLent();
    assertThatThrownBy(claim::commit).isInstanceOf(WorkerException.SliceMisuse.class);
    assertThat(claim.end()).isFalse();
  }

  @Test
  void whatIsTakenBackIsNotLentAgainBeforeItsClaimantCloses() {
    Slice slice = open();
    assertThat(claim.end()).isTrue();
    assertThatThrownBy(() -> slice.putByte(0, (byte) 1)).isInstanceOf(SliceStateException.class);
    assertThat(arena.quarantinedBytes()).as("a block").isEqualTo(128);
    for (int left = CAPACITY - 128; left > 0; left -= 128) {
      assertThat(arena.take(128).offset()).isNotEqualTo(slice.offset());
    }
    assertThatThrownBy(() -> arena.take(1))
        .isInstanceOf(WorkerException.PoolExhausted.class)
        .hasMessageContaining("128 are kept");
    claim.close();
    claim.close();
    assertThat(arena.quarantinedBytes()).isZero();
    assertThat(arena.take(128).offset()).isEqualTo(slice.offset());
    assertThat(told).as("the pool has ended it already").isEmpty();
  }

  @Test
  void whatNobodyHasSeenIsFreeAtOnceWhenItIsTakenBack() {
    assertThat(claim.tryOpen(arena, submission)).isTrue();
    assertThat(claim.end()).as("it was open").isTrue();
    assertNothingIsLent();
    Slice next = arena.take(CAPACITY);
    assertThatThrownBy(() -> claim.slice().view()).isInstanceOf(SliceStateException.class);
    WorkerException why = new WorkerException.WorkerTerminated("late", null);
    claim.answer(new Reply.Failed(claim.invocation(), why, 0, 0));
    assertThatThrownBy(claim.commit()::block).isSameAs(why);
    claim.close();
    assertThat(next.isLive()).as("it is another's by now").isTrue();
    assertThat(told).isEmpty();
  }

  @Test
  void aForgottenClaimKeepsNoOtherBlocksApart() {
    open();
    List<Slice> others = new ArrayList<>();
    for (int left = CAPACITY - 128; left > 0; left -= 64) {
      others.add(arena.take(1));
    }
    claim.end();
    others.forEach(Slice::tryRelease);
    assertThat(arena.take(CAPACITY / 2).length()).isEqualTo(CAPACITY / 2);
    assertThat(arena.take(CAPACITY / 4).length()).isEqualTo(CAPACITY / 4);
  }

  @Test
  void whoAsksForASliceThatIsBeingTakenBackGetsNoViewOfWhatIsLentAgain() throws Exception {
    int rounds = 100_000;
    AtomicReferenceArray<SharedClaim> claims = new AtomicReferenceArray<>(rounds);
    ExecutorService pool = Executors.newFixedThreadPool(1);
    Future<BitSet> viewer = pool.submit(() -> viewed(claims));
    pool.shutdown();
    BitSet freed = new BitSet();
    for (int round = 0; round < rounds; round++) {
      ClaimArena own = new ClaimArena(MEMORY, 0, 64, 64);
      SharedClaim each = new SharedClaim(Invocation.of("echo", Payload.reserved(64)));
      each.tryOpen(own, NOBODY);
      claims.set(round, each);
      each.end();
      freed.set(round, own.usedBytes() == 0);
    }
    BitSet both = viewer.get();
    both.and(freed);
    assertThat(both.stream().boxed()).as("rounds in which it was viewed and free").isEmpty();
  }

  /** The rounds in which there was a view of the slice. */
  private static BitSet viewed(AtomicReferenceArray<SharedClaim> claims) {
    BitSet viewed = new BitSet();
    for (int round = 0; round < claims.length(); round++) {
      SharedClaim each = claims.get(round);
      while (each == null) {
        Thread.onSpinWait();
        each = claims.get(round);
      }
      try {
        each.slice().view();
        viewed.set(round);
      } catch (SliceStateException dead) {
        // as it is to be, once it was taken back
      }
    }
    return viewed;
  }

  @Test
  void aCommitThatComesTooLateSaysThatItsClaimantHasEnded() {
    open();
    claim.end();
    assertThat(arena.quarantinedBytes()).isEqualTo(128);
    WorkerException why = new WorkerException.WorkerTerminated("late", null);
    claim.answer(new Reply.Failed(claim.invocation(), why, 0, 0));
    Mono<Reply> reply = claim.commit();
    assertThatThrownBy(reply::block).isSameAs(why);
    assertNothingIsLent();
    assertThat(told).isEmpty();
  }

  @Test
  void aClaimThatEndsBeforeItIsHandedOutKeepsNothing() {
    assertThat(claim.end()).isFalse();
    assertThat(claim.tryOpen(arena, submission)).isFalse();
    assertThat(claim.isOpened()).isFalse();
    assertThat(claim.tryDrop()).as("it has ended already").isFalse();
    assertNothingIsLent();
  }

  @Test
  void aSliceThatItsClaimantGaveAwayCannotBeCommittedNorQuarantined() {
    Slice mine = open().transfer();
    assertThatThrownBy(claim::commit).isInstanceOf(WorkerException.SliceMisuse.class);
    assertThat(claim.end()).isTrue();
    assertThat(arena.quarantinedBytes()).isZero();
    assertThat(mine.tryRelease()).isTrue();
    assertNothingIsLent();
  }

  @Test
  void moreThanTheSliceHoldsIsRefusedAndTheClaimGoesOn() {
    open();
    assertThatThrownBy(() -> claim.commit(101)).isInstanceOf(IndexOutOfBoundsException.class);
    claim.commit(100);
    assertThat(told).containsExactly("committed");
  }

  @Test
  void aClaimHasADeadlineInAnyCase() {
    assertThat(claim.invocation().deadline()).isEqualTo(WorkerPool.CLAIM_DEADLINE);
    assertThatThrownBy(() -> new SharedClaim(Invocation.of("echo", "text")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whoeverMeetAtAClaimNothingOfItIsLeftBehind() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ExecutorService pool = Executors.newFixedThreadPool(2);
    CyclicBarrier start = new CyclicBarrier(2);
    try {
      for (int round = 0; round < 5_000; round++) {
        int choice = random.nextInt(3);
        boolean looks = random.nextBoolean();
        SharedClaim each = new SharedClaim(Invocation.of("echo", Payload.reserved(100)));
        boolean opens = choice == 2;
        if (!opens) {
          each.tryOpen(arena, NOBODY);
          if (looks) {
            each.slice();
          }
        }
        Future<?> claimant =
            pool.submit(
                () -> {
                  start.await();
                  if (opens && !each.tryOpen(arena, NOBODY)) {
                    return null;
                  }
                  return choice == 0 ? commit(each) : close(each);
                });
        Future<?> ender =
            pool.submit(
                () -> {
                  start.await();
                  return each.end();
                });
        claimant.get();
        ender.get();
        each.end(); // of a guest, if it was committed
        assertThat(arena.usedBytes())
            .as("seed %d, round %d, choice %d", seed, round, choice)
            .isZero();
        assertThat(arena.quarantinedBytes()).isZero();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static boolean commit(SharedClaim claim) {
    claim.commit();
    return true;
  }

  private static boolean close(SharedClaim claim) {
    claim.close();
    return true;
  }

  @Test
  void anArenaThatIsEmptyIsInOnePieceAgain() {
    List<Slice> small = new ArrayList<>();
    for (int taken = 0; taken < CAPACITY; taken += 64) {
      small.add(arena.take(1));
    }
    assertThatThrownBy(() -> arena.take(CAPACITY))
        .isInstanceOf(WorkerException.PoolExhausted.class);
    small.forEach(Slice::tryRelease);
    Slice all = arena.take(CAPACITY);
    assertThat(arena.usedBytes()).isEqualTo(CAPACITY);
    assertThat(Objects.requireNonNull(all).offset()).isEqualTo(64);
    assertThat(small).noneMatch(Slice::isLive);
    assertThatThrownBy(() -> arena.take(CAPACITY + 1))
        .isInstanceOf(WorkerException.PayloadTooLarge.class);
  }

  @Test
  void aLimitOnPayloadsIsOneOnClaims() {
    ClaimArena limited =
        new ClaimArena(new PrivateLinearMemory(new PageLimits(1, 1)), 1, CAPACITY, 1000);
    assertThatThrownBy(() -> limited.take(1001))
        .isInstanceOfSatisfying(
            WorkerException.PayloadTooLarge.class,
            refused -> assertThat(refused.limitBytes()).isEqualTo(1000));
    assertThat(limited.take(1000).length()).isEqualTo(1000);
  }
}
