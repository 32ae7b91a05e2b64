package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TrackedLinearMemoryTest extends LinearMemoryContract {

  private static final int TRACKED = TrackedLinearMemory.TRACKED_PAGE_BYTES;

  private final TrackedLinearMemory tracked = new TrackedLinearMemory(new PageLimits(2, 8));

  @Override
  LinearMemory create(PageLimits limits) {
    return new TrackedLinearMemory(limits);
  }

  @Test
  void goesBackToItsSnapshotAtTheCostOfTheTouchedPages() {
    tracked.putInt(100, 42);
    tracked.snapshot();
    assertThat(tracked.dirtyPages()).isZero();
    tracked.putInt(100, 43);
    tracked.putByte(5 * TRACKED, (byte) 1);
    assertThat(tracked.verify()).isFalse();
    assertThat(tracked.dirtyPages()).isEqualTo(2);
    assertThat(tracked.restore()).isEqualTo(2);
    assertThat(tracked.verify()).isTrue();
    assertThat(tracked.getInt(100)).isEqualTo(42);
    assertThat(tracked.restore()).isZero();
  }

  @Test
  void aStoreThatSpillsIntoTheNextPageIsUndoneWhole() {
    for (int overlap = 1; overlap < 8; overlap++) {
      tracked.putLong(TRACKED - overlap, -1);
      assertThat(tracked.verify()).isFalse();
      tracked.restore();
      assertThat(tracked.verify()).as("overlap %d", overlap).isTrue();
    }
  }

  @Test
  void readsMarkNothing() {
    tracked.getByte(0);
    tracked.getLong(TRACKED);
    tracked.read(0, 3 * TRACKED);
    tracked.read(0, new byte[TRACKED], 0, TRACKED);
    assertThat(tracked.dirtyPages()).isZero();
  }

  @Test
  void aRefusedStoreMarksNothing() {
    assertThatThrownBy(() -> tracked.putLong(tracked.sizeBytes() - 7, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tracked.putInt(-4, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(tracked.dirtyPages()).isZero();
    assertThat(tracked.verify()).isTrue();
  }

  @Test
  void growthIsUndone() {
    tracked.putInt(0, 1);
    tracked.snapshot();
    tracked.putInt(TRACKED, 2);
    tracked.grow(3);
    tracked.putInt(2 * TRACKED, 3);
    tracked.putInt(tracked.sizeBytes() - 4, 4);
    tracked.grow(1);
    tracked.restore();
    assertThat(tracked.pages()).isEqualTo(2);
    assertThat(tracked.verify()).isTrue();
    assertThat(tracked.dirtyPages()).isZero();
    tracked.grow(1);
    assertThat(tracked.getInt(2 * PageLimits.PAGE_BYTES)).as("new pages are zero").isZero();
  }

  @Test
  void aSnapshotTakenAfterGrowthIsTheLargerOne() {
    tracked.grow(1);
    tracked.putInt(tracked.sizeBytes() - 4, 4);
    Snapshot snapshot = tracked.snapshot();
    assertThat(snapshot.sizeBytes()).isEqualTo(3 * PageLimits.PAGE_BYTES);
    tracked.putInt(tracked.sizeBytes() - 4, 5);
    tracked.restore();
    assertThat(tracked.getInt(tracked.sizeBytes() - 4)).isEqualTo(4);
  }

  @Test
  void othersStartFromASnapshotAndDoNotShareIt() {
    tracked.putInt(8, 42);
    Snapshot snapshot = tracked.snapshot();
    assertThat(snapshot.keptBytes()).as("zeros at the end are not kept").isEqualTo(9);
    TrackedLinearMemory second = new TrackedLinearMemory(new PageLimits(1, 8), snapshot);
    assertThat(second.pages()).isEqualTo(2);
    assertThat(second.verify()).isTrue();
    second.putInt(8, 43);
    assertThat(tracked.getInt(8)).isEqualTo(42);
    second.restore();
    assertThat(second.getInt(8)).isEqualTo(42);
    assertThatThrownBy(() -> new TrackedLinearMemory(new PageLimits(1, 1), snapshot))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 pages is over the limit of 1");
  }

  @Test
  void verifySeesASingleBitAnywhere() {
    tracked.putInt(TRACKED, 7);
    Snapshot snapshot = tracked.snapshot();
    for (int address : new int[] {0, TRACKED, TRACKED + 1, 9 * TRACKED, tracked.sizeBytes() - 1}) {
      byte[] bytes = tracked.read(0, tracked.sizeBytes());
      assertThat(snapshot.equalsArray(bytes)).isTrue();
      bytes[address] ^= 1;
      assertThat(snapshot.equalsArray(bytes)).as("address %d", address).isFalse();
    }
    assertThat(snapshot.equalsArray(new byte[tracked.sizeBytes() + 1])).isFalse();
  }

  @Test
  void aWritableViewCountsAsTouched() {
    tracked.view(TRACKED - 1, 2).put(0, (byte) 1).put(1, (byte) 2);
    tracked.restore();
    assertThat(tracked.verify()).isTrue();
  }

  @Test
  void anyProgramOfStoresIsUndone() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      for (int i = random.nextInt(40); i > 0; i--) {
        step(random);
      }
      if (random.nextInt(10) == 0) {
        tracked.snapshot();
      }
      tracked.restore();
      assertThat(tracked.verify()).as("seed %d, round %d", seed, round).isTrue();
      assertThat(tracked.dirtyPages()).isZero();
    }
  }

  private void step(Random random) {
    int length = random.nextInt(10_000);
    int address = random.nextInt(tracked.sizeBytes() - 20_000);
    switch (random.nextInt(9)) {
      case 0 -> tracked.putByte(address, (byte) random.nextInt());
      case 1 -> tracked.putShort(address, (short) random.nextInt());
      case 2 -> tracked.putInt(address, random.nextInt());
      case 3 -> tracked.putLong(address | 0xFF8, random.nextLong());
      case 4 -> tracked.putFloat(address, random.nextFloat());
      case 5 -> tracked.putDouble(address, random.nextDouble());
      case 6 -> tracked.fill(address, length, (byte) random.nextInt());
      case 7 -> tracked.copy(address, random.nextInt(10_000), length);
      default -> {
        if (random.nextInt(20) == 0) {
          tracked.grow(1);
        }
        tracked.write(address, new byte[length], 0, length);
      }
    }
  }
}
