package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a memory on a flat array can beyond any other: go back to a snapshot. */
abstract class FlatLinearMemoryContract extends LinearMemoryContract {

  private static final int TRACKED = TrackedLinearMemory.TRACKED_PAGE_BYTES;

  private final FlatLinearMemory flat = create(new PageLimits(2, 8));

  @Override
  abstract FlatLinearMemory create(PageLimits limits);

  abstract FlatLinearMemory create(PageLimits limits, Snapshot snapshot);

  @Test
  void aStoreThatSpillsIntoTheNextPageIsUndoneWhole() {
    for (int overlap = 1; overlap < 8; overlap++) {
      flat.putLong(TRACKED - overlap, -1);
      assertThat(flat.verify()).isFalse();
      flat.restore();
      assertThat(flat.verify()).as("overlap %d", overlap).isTrue();
    }
  }

  @Test
  void growthIsUndone() {
    flat.putInt(0, 1);
    flat.snapshot();
    flat.putInt(TRACKED, 2);
    flat.grow(3);
    flat.putInt(2 * TRACKED, 3);
    flat.putInt(flat.sizeBytes() - 4, 4);
    flat.grow(1);
    flat.restore();
    assertThat(flat.pages()).isEqualTo(2);
    assertThat(flat.verify()).isTrue();
    flat.grow(1);
    assertThat(flat.getInt(2 * PageLimits.PAGE_BYTES)).as("new pages are zero").isZero();
  }

  @Test
  void aSnapshotTakenAfterGrowthIsTheLargerOne() {
    flat.grow(1);
    flat.putInt(flat.sizeBytes() - 4, 4);
    Snapshot snapshot = flat.snapshot();
    assertThat(snapshot.sizeBytes()).isEqualTo(3 * PageLimits.PAGE_BYTES);
    flat.putInt(flat.sizeBytes() - 4, 5);
    flat.restore();
    assertThat(flat.getInt(flat.sizeBytes() - 4)).isEqualTo(4);
  }

  @Test
  void othersStartFromASnapshotAndDoNotShareIt() {
    flat.putInt(8, 42);
    Snapshot snapshot = flat.snapshot();
    assertThat(snapshot.keptBytes()).as("zeros at the end are not kept").isEqualTo(9);
    FlatLinearMemory second = create(new PageLimits(1, 8), snapshot);
    assertThat(second.pages()).isEqualTo(2);
    assertThat(second.verify()).isTrue();
    second.putInt(8, 43);
    assertThat(flat.getInt(8)).isEqualTo(42);
    second.restore();
    assertThat(second.getInt(8)).isEqualTo(42);
    assertThatThrownBy(() -> create(new PageLimits(1, 1), snapshot))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 pages is over the limit of 1");
  }

  @Test
  void whatAWritableViewStoresIsUndone() {
    flat.view(TRACKED - 1, 2).put(0, (byte) 1).put(1, (byte) 2);
    flat.restore();
    assertThat(flat.verify()).isTrue();
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
        flat.snapshot();
      }
      flat.restore();
      assertThat(flat.verify()).as("seed %d, round %d", seed, round).isTrue();
    }
  }

  private void step(Random random) {
    int length = random.nextInt(10_000);
    int address = random.nextInt(flat.sizeBytes() - 20_000);
    switch (random.nextInt(9)) {
      case 0 -> flat.putByte(address, (byte) random.nextInt());
      case 1 -> flat.putShort(address, (short) random.nextInt());
      case 2 -> flat.putInt(address, random.nextInt());
      case 3 -> flat.putLong(address | 0xFF8, random.nextLong());
      case 4 -> flat.putFloat(address, random.nextFloat());
      case 5 -> flat.putDouble(address, random.nextDouble());
      case 6 -> flat.fill(address, length, (byte) random.nextInt());
      case 7 -> flat.copy(address, random.nextInt(10_000), length);
      default -> {
        if (random.nextInt(20) == 0) {
          flat.grow(1);
        }
        flat.write(address, new byte[length], 0, length);
      }
    }
  }
}
