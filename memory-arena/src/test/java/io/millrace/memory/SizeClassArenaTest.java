package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SizeClassArenaTest {

  private static final int BASE = 1000; // not a multiple of 64, as a guest's block may be
  private static final int CAPACITY = 64 * 1024;

  private final LinearMemory memory = new PrivateLinearMemory(new PageLimits(2, 2));
  private final SizeClassArena arena = new SizeClassArena(memory, BASE, CAPACITY);

  @Test
  void blocksLieWithinTheArenaAlignedAndApart() {
    List<Slice> slices = new ArrayList<>();
    for (int length : new int[] {0, 1, 64, 65, 128, 1000, 4096}) {
      Slice slice = arena.allocate(length, 64);
      assertThat(slice.offset() % 64).isZero();
      assertThat(slice.offset()).isGreaterThanOrEqualTo(BASE);
      assertThat(slice.offset() + length).isLessThanOrEqualTo(BASE + CAPACITY);
      for (Slice other : slices) {
        assertThat(
                slice.offset() >= other.offset() + other.length()
                    || other.offset() >= slice.offset() + length)
            .isTrue();
      }
      slices.add(slice);
    }
    assertThat(arena.usedBytes()).isEqualTo(64 + 64 + 64 + 128 + 128 + 1024 + 4096);
    assertThat(arena.liveSlices()).isEqualTo(7);
  }

  @Test
  void aReleasedBlockIsLentAgainUnderANewHandle() {
    Slice first = arena.allocate(100, 8);
    first.tryRelease();
    Slice second = arena.allocate(120, 8);
    assertThat(second.offset()).isEqualTo(first.offset());
    assertThat(first.tryRelease()).as("the old handle gives nothing back").isFalse();
    assertThatThrownBy(() -> first.getByte(0)).isInstanceOf(SliceStateException.class);
    assertThat(second.isLive()).isTrue();
    assertThat(arena.liveSlices()).isEqualTo(1);
  }

  @Test
  void aPrefixGivesTheWholeBlockBack() {
    Slice whole = arena.allocate(1000, 8);
    Slice prefix = Slices.transferAll(List.of(whole.transfer(3))).get(0);
    assertThat(arena.usedBytes()).isEqualTo(1024);
    assertThat(prefix.tryRelease()).isTrue();
    assertThat(arena.usedBytes()).isZero();
    assertThat(arena.allocate(1000, 8).offset()).isEqualTo(whole.offset());
  }

  @Test
  void aLargeFreeBlockIsSplitForSmallRequests() {
    SizeClassArena small = new SizeClassArena(memory, 0, 1024);
    small.allocate(1024, 8).tryRelease();
    List<Slice> pieces = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      pieces.add(small.allocate(64, 8));
    }
    assertThat(pieces).extracting(Slice::offset).doesNotHaveDuplicates();
    assertThatThrownBy(() -> small.allocate(1, 1))
        .isInstanceOfSatisfying(
            ArenaExhaustedException.class,
            full -> {
              assertThat(full.wantedBytes()).isEqualTo(64);
              assertThat(full.freeBytes()).isZero();
            });
    assertThat(small.highWaterBytes()).isEqualTo(1024);
  }

  @Test
  void refusesWhatItCannotGive() {
    assertThatThrownBy(() -> arena.allocate(Integer.MAX_VALUE, 8))
        .isInstanceOf(ArenaExhaustedException.class);
    assertThatThrownBy(() -> arena.allocate(CAPACITY + 1, 8))
        .isInstanceOf(ArenaExhaustedException.class);
    assertThatThrownBy(() -> arena.allocate(8, 128))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("aligned to 64");
    SizeClassArena tooSmall = new SizeClassArena(memory, 0, 10);
    assertThatThrownBy(() -> tooSmall.allocate(1, 1)).isInstanceOf(ArenaExhaustedException.class);
  }

  @Test
  void anyProgramKeepsBlocksApartAndTheCountsRight() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Queue<Slice> live = new ArrayDeque<>();
    for (int step = 0; step < 20_000; step++) {
      if (random.nextBoolean() || live.isEmpty()) {
        try {
          Slice slice = arena.allocate(random.nextInt(2000), 8);
          for (int i = 0; i < slice.length(); i += 64) {
            slice.putByte(i, (byte) slice.offset());
          }
          live.add(slice);
        } catch (ArenaExhaustedException full) {
          live.remove().tryRelease();
        }
      } else {
        Slice slice = live.remove();
        for (int i = 0; i < slice.length(); i += 64) {
          assertThat(slice.getByte(i)).as("seed %d", seed).isEqualTo((byte) slice.offset());
        }
        slice.tryRelease();
      }
      assertThat(arena.liveSlices()).isEqualTo(live.size());
    }
    live.forEach(Slice::tryRelease);
    assertThat(arena.usedBytes()).isZero();
    assertThat(arena.liveSlices()).isZero();
  }

  @Test
  void manyThreadsNeverHoldTheSameBytes() throws Exception {
    long seed = System.nanoTime();
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    ArrayBlockingQueue<Slice> handedOver = new ArrayBlockingQueue<>(32);
    List<Future<?>> done = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      byte mark = (byte) (thread + 1);
      Random random = new Random(seed + thread);
      done.add(
          pool.submit(
              () -> {
                for (int round = 0; round < 20_000; round++) {
                  holdAndCheck(random, mark, handedOver);
                }
              }));
    }
    for (Future<?> each : done) {
      each.get();
    }
    pool.shutdown();
    handedOver.forEach(Slice::tryRelease);
    assertThat(arena.usedBytes()).as("seed %d", seed).isZero();
    assertThat(arena.liveSlices()).isZero();
    assertThat(arena.highWaterBytes()).isLessThanOrEqualTo(CAPACITY);
  }

  @Test
  void twoThreadsThatSplitTheLastBlockAreBothServed() throws Exception {
    int rounds = 20_000;
    SizeClassArena[] arenas = new SizeClassArena[rounds];
    for (int round = 0; round < rounds; round++) {
      arenas[round] = new SizeClassArena(memory, 0, 4096);
      arenas[round].allocate(4096, 8).tryRelease();
    }
    AtomicInteger arrived = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(2);
    // The larger half is listed last, so that who wants it has the longest wait.
    Future<Integer> other = pool.submit(() -> refusals(arenas, 64, arrived));
    Future<Integer> one = pool.submit(() -> refusals(arenas, 2048, arrived));
    pool.shutdown();
    assertThat(one.get() + other.get()).isZero();
  }

  @SuppressWarnings("ThreadPriorityCheck") // only so that a machine of one core gets on
  private static int refusals(SizeClassArena[] arenas, int lengthBytes, AtomicInteger arrived) {
    int refused = 0;
    for (int round = 0; round < arenas.length; round++) {
      arrived.incrementAndGet();
      while (arrived.get() < 2 * (round + 1)) {
        Thread.yield();
      }
      try {
        arenas[round].allocate(lengthBytes, 8);
      } catch (ArenaExhaustedException full) {
        refused++;
      }
    }
    return refused;
  }

  private void holdAndCheck(Random random, byte mark, ArrayBlockingQueue<Slice> handedOver) {
    Slice slice;
    try {
      slice = arena.allocate(1 + random.nextInt(700), 8);
    } catch (ArenaExhaustedException full) {
      Slice other = handedOver.poll();
      if (other != null) {
        other.tryRelease();
      }
      return;
    }
    for (int i = 0; i < slice.length(); i++) {
      slice.putByte(i, mark);
    }
    for (int i = 0; i < slice.length(); i++) {
      if (slice.getByte(i) != mark) {
        throw new AssertionError("another thread wrote to the same bytes");
      }
    }
    // Some are released by whichever thread finds them.
    if (random.nextInt(4) != 0 || !handedOver.offer(slice)) {
      slice.tryRelease();
    }
  }
}
