package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BumpArenaTest {

  private final LinearMemory memory = new PrivateLinearMemory(new PageLimits(1, 2));
  private final BumpArena arena = new BumpArena(memory, 1001, 100);

  @Test
  void slicesAreAlignedAndDoNotOverlap() {
    Slice first = arena.allocate(3, 1);
    Slice second = arena.allocate(8, 8);
    assertThat(first.offset()).isEqualTo(1001);
    assertThat(second.offset() % 8).isZero();
    assertThat(second.offset()).isGreaterThanOrEqualTo(first.offset() + first.length());
    assertThat(arena.usedBytes()).isEqualTo(second.offset() + 8 - 1001);
  }

  @Test
  void aFullArenaSaysWhatIsWantedAndWhatIsFree() {
    arena.allocate(60, 1);
    assertThatThrownBy(() -> arena.allocate(41, 1))
        .isInstanceOfSatisfying(
            ArenaExhaustedException.class,
            full -> {
              assertThat(full.wantedBytes()).isEqualTo(41);
              assertThat(full.freeBytes()).isEqualTo(40);
            });
    assertThat(arena.allocate(40, 1).length()).isEqualTo(40);
  }

  @Test
  void aHugeLengthDoesNotWrapAround() {
    arena.allocate(1, 1);
    assertThatThrownBy(() -> arena.allocate(Integer.MAX_VALUE, 8))
        .isInstanceOf(ArenaExhaustedException.class);
    assertThatThrownBy(() -> arena.allocate(-1, 8)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> arena.allocate(1, 3)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyUseAfterResetThrows() {
    Slice slice = arena.allocate(8, 1);
    slice.putByte(0, (byte) 7);
    arena.reset();
    assertThat(slice.isLive()).isFalse();
    assertThatThrownBy(() -> slice.getByte(0)).isInstanceOf(SliceStateException.class);
    assertThatThrownBy(() -> slice.putByte(0, (byte) 1)).isInstanceOf(SliceStateException.class);
    assertThatThrownBy(slice::view).isInstanceOf(SliceStateException.class);
    assertThatThrownBy(() -> slice.read(0, new byte[1], 0, 1))
        .isInstanceOf(SliceStateException.class);
    assertThatThrownBy(() -> slice.write(0, new byte[1], 0, 1))
        .isInstanceOf(SliceStateException.class);
  }

  @Test
  void everyUseAfterReleaseThrowsAndAnotherReleaseIsHarmless() {
    Slice slice = arena.allocate(8, 1);
    slice.tryRelease();
    slice.tryRelease();
    assertThat(slice.isLive()).isFalse();
    assertThatThrownBy(() -> slice.getByte(0))
        .isInstanceOf(SliceStateException.class)
        .hasMessageContaining("released");
  }

  @Test
  void accessIsCheckedAgainstTheSliceNotTheMemory() {
    Slice slice = arena.allocate(4, 1);
    assertThatThrownBy(() -> slice.getByte(4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.getByte(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.write(2, new byte[8], 0, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.read(1, new byte[8], 0, Integer.MAX_VALUE))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aSliceSurvivesGrowth() {
    Slice slice = arena.allocate(4, 1);
    slice.write(0, new byte[] {1, 2, 3, 4}, 0, 4);
    memory.grow(1);
    byte[] back = new byte[4];
    slice.read(0, back, 0, 4);
    assertThat(back).containsExactly(1, 2, 3, 4);
  }

  @Test
  void highWaterOutlivesReset() {
    arena.allocate(70, 1);
    arena.reset();
    arena.allocate(10, 1);
    assertThat(arena.usedBytes()).isEqualTo(10);
    assertThat(arena.highWaterBytes()).isEqualTo(70);
  }

  @Test
  void theBlockMustLieWithinTheMemory() {
    assertThatThrownBy(() -> new BumpArena(memory, 65_000, 1_000))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new BumpArena(memory, -8, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
