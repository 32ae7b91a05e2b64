package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TrackedLinearMemoryTest extends FlatLinearMemoryContract {

  private static final int TRACKED = TrackedLinearMemory.TRACKED_PAGE_BYTES;

  private final TrackedLinearMemory tracked = new TrackedLinearMemory(new PageLimits(2, 8));

  @Override
  FlatLinearMemory create(PageLimits limits) {
    return new TrackedLinearMemory(limits);
  }

  @Override
  FlatLinearMemory create(PageLimits limits, Snapshot snapshot) {
    return new TrackedLinearMemory(limits, snapshot);
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
  void nothingIsMarkedAfterTheWayBack() {
    tracked.snapshot();
    tracked.putInt(TRACKED, 2);
    tracked.grow(3);
    tracked.putInt(tracked.sizeBytes() - 4, 4);
    tracked.restore();
    assertThat(tracked.dirtyPages()).isZero();
    assertThat(tracked.restore()).isZero();
  }

  @Test
  void thePageStoredToLastIsMarkedAgainAfterEachWayBack() {
    tracked.snapshot();
    for (int grown = 0; grown <= 1; grown++) {
      tracked.grow(grown);
      tracked.putInt(TRACKED, 1);
      tracked.restore();
      tracked.putInt(TRACKED, 2);
      assertThat(tracked.dirtyPages()).as("grown by %d", grown).isEqualTo(1);
      tracked.restore();
      assertThat(tracked.verify()).as("grown by %d", grown).isTrue();
    }
    tracked.putInt(TRACKED, 3);
    tracked.snapshot();
    tracked.putInt(TRACKED, 4);
    assertThat(tracked.dirtyPages()).isEqualTo(1);
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
}
