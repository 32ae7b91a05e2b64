package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BuddyArenaTest {

  private static final int GRANULE = BuddyArena.GRANULE_BYTES;

  private final LinearMemory memory = new PrivateLinearMemory(new PageLimits(2, 2));

  private BuddyArena arena(int base, int capacityBytes) {
    return new BuddyArena(memory, base, capacityBytes);
  }

  @Test
  void whatIsReleasedMergesUntilAllIsOneBlockAgain() {
    BuddyArena arena = arena(0, 4096);
    List<Slice> pieces = new ArrayList<>();
    for (int taken = 0; taken < 4096; taken += GRANULE) {
      pieces.add(arena.allocate(1, 8));
    }
    assertThat(pieces).extracting(Slice::offset).doesNotHaveDuplicates();
    assertThatThrownBy(() -> arena.allocate(1, 8))
        .isInstanceOfSatisfying(
            ArenaExhaustedException.class,
            full -> {
              assertThat(full.wantedBytes()).isEqualTo(GRANULE);
              assertThat(full.freeBytes()).isZero();
            });
    pieces.forEach(Slice::tryRelease);
    assertThat(arena.allocate(4096, 64).offset()).isZero();
    assertThat(arena.highWaterBytes()).isEqualTo(4096);
  }

  @Test
  void aSliceThatNeverComesBackKeepsNoMoreApartThanWhatLiesAroundIt() {
    BuddyArena arena = arena(0, 4096);
    Slice forgotten = arena.allocate(1, 8);
    List<Slice> others = new ArrayList<>();
    for (int taken = GRANULE; taken < 4096; taken += GRANULE) {
      others.add(arena.allocate(1, 8));
    }
    others.forEach(Slice::tryRelease);
    assertThat(arena.allocate(2048, 8).offset()).isEqualTo(2048);
    assertThat(arena.allocate(1024, 8).offset()).isEqualTo(1024);
    assertThat(arena.allocate(64, 8).offset()).isEqualTo(64);
    assertThat(forgotten.isLive()).isTrue();
  }

  @Test
  void aPrefixGivesTheWholeBlockBack() {
    BuddyArena arena = arena(0, 1024);
    Slice prefix = arena.allocate(1000, 8).transfer(3);
    assertThat(arena.usedBytes()).isEqualTo(1024);
    assertThat(prefix.tryRelease()).isTrue();
    assertThat(arena.usedBytes()).isZero();
    assertThat(arena.allocate(1024, 8).length()).isEqualTo(1024);
  }

  @Test
  void smallSlicesGoWhereTheyBreakNoLargeBlock() {
    BuddyArena arena = arena(0, 4096);
    Slice first = arena.allocate(2048, 8);
    arena.allocate(64, 8);
    first.tryRelease();
    arena.allocate(64, 8);
    assertThat(arena.allocate(2048, 8).offset()).isEqualTo(first.offset());
  }

  @Test
  void aBlockIsThePowerOfTwoAboveASlicesLength() {
    int[] lengths = {0, 1, 64, 65, 128, 129, 1 << 30};
    assertThat(Arrays.stream(lengths).mapToLong(BuddyArena::blockBytes).toArray())
        .containsExactly(64, 64, 64, 128, 128, 256, 1 << 30);
    assertThat(BuddyArena.blockBytes(Integer.MAX_VALUE)).isEqualTo(1L << 31);
  }

  @Test
  void refusesWhatItCannotGive() {
    BuddyArena arena = arena(1, 4096);
    assertThat(arena.largestBlockBytes()).isEqualTo(2048);
    assertThatThrownBy(() -> arena.allocate(2049, 8)).isInstanceOf(ArenaExhaustedException.class);
    assertThatThrownBy(() -> arena.allocate(Integer.MAX_VALUE, 8))
        .isInstanceOf(ArenaExhaustedException.class);
    assertThatThrownBy(() -> arena.allocate(8, 128))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("aligned to 64");
    BuddyArena tooSmall = arena(1, 100);
    assertThat(tooSmall.largestBlockBytes()).isZero();
    assertThatThrownBy(() -> tooSmall.allocate(0, 1)).isInstanceOf(ArenaExhaustedException.class);
    assertThatThrownBy(() -> arena(0, 3 * 65536)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /**
   * The model knows which granules are lent, and nothing of trees: a request is served just when
   * some aligned block of its size is free as a whole.
   */
  @Test
  void anyProgramIsServedJustWhenAnAlignedBlockIsFree() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int base = random.nextInt(200);
      int granules = 1 + random.nextInt(100);
      int first = (base + GRANULE - 1) / GRANULE;
      BuddyArena arena = arena(base, first * GRANULE - base + granules * GRANULE);
      BitSet lent = new BitSet();
      List<Slice> live = new ArrayList<>();
      for (int step = 0; step < 300; step++) {
        String where = "seed " + seed + ", round " + round + ", step " + step;
        if (live.isEmpty() || random.nextInt(5) < 3) {
          int length = random.nextInt(GRANULE << random.nextInt(7));
          int block = (int) (BuddyArena.blockBytes(length) / GRANULE);
          if (isFree(lent, block, granules)) {
            Slice slice = arena.allocate(length, 64);
            int at = slice.offset() / GRANULE - first;
            assertThat(at % block).as(where).isZero();
            assertThat(at + block).as(where).isBetween(1, granules);
            assertThat(lent.get(at, at + block).isEmpty()).as(where).isTrue();
            lent.set(at, at + block);
            live.add(slice);
          } else {
            assertThatThrownBy(() -> arena.allocate(length, 8))
                .as(where)
                .isInstanceOf(ArenaExhaustedException.class);
          }
        } else {
          Slice slice = live.remove(random.nextInt(live.size()));
          int at = slice.offset() / GRANULE - first;
          lent.clear(at, at + (int) (BuddyArena.blockBytes(slice.length()) / GRANULE));
          assertThat(slice.tryRelease()).isTrue();
        }
        assertThat(arena.usedBytes()).as(where).isEqualTo(lent.cardinality() * GRANULE);
        assertThat(arena.liveSlices()).as(where).isEqualTo(live.size());
      }
    }
  }

  private static boolean isFree(BitSet lent, int block, int granules) {
    for (int at = 0; at + block <= granules; at += block) {
      if (lent.get(at, at + block).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  @Test
  void manyThreadsNeverHoldTheSameBytes() throws Exception {
    long seed = System.nanoTime();
    BuddyArena arena = arena(1000, 64 * 1024);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    List<Future<?>> done = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      byte mark = (byte) (thread + 1);
      Random random = new Random(seed + thread);
      done.add(
          pool.submit(
              () -> {
                for (int round = 0; round < 50_000; round++) {
                  holdAndCheck(arena, 1 + random.nextInt(200), mark);
                }
              }));
    }
    for (Future<?> each : done) {
      each.get();
    }
    pool.shutdown();
    assertThat(arena.usedBytes()).as("seed %d", seed).isZero();
    assertThat(arena.liveSlices()).isZero();
    assertThat(arena.allocate(32 * 1024, 8).length()).isEqualTo(32 * 1024);
  }

  private static void holdAndCheck(BuddyArena arena, int lengthBytes, byte mark) {
    Slice slice = arena.allocate(lengthBytes, 8);
    for (int i = 0; i < slice.length(); i++) {
      slice.putByte(i, mark);
    }
    for (int i = 0; i < slice.length(); i++) {
      if (slice.getByte(i) != mark) {
        throw new AssertionError("another thread wrote to the same bytes");
      }
    }
    slice.tryRelease();
  }
}
