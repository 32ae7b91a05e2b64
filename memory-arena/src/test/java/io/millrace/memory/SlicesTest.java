package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlicesTest {

  private final TrackedLinearMemory memory = new TrackedLinearMemory(new PageLimits(1, 2));
  private final BumpArena arena = new BumpArena(memory, 4096, 4096);

  @Test
  void allOfAListAreHandedOver() {
    Slice one = arena.allocate(8, 8);
    Slice two = arena.allocate(8, 8);
    one.putInt(0, 1);
    two.putInt(0, 2);

    List<Slice> receivers = Slices.transferAll(List.of(one, two));

    assertThat(receivers).extracting(each -> each.getInt(0)).containsExactly(1, 2);
    assertThat(List.of(one, two)).noneMatch(Slice::isLive);
  }

  @Test
  void noneIsHandedOverWhenOneIsNotLive() {
    Slice one = arena.allocate(8, 8);
    Slice released = arena.allocate(8, 8);
    assertThat(released.tryRelease()).isTrue();
    Slice two = arena.allocate(8, 8);

    assertThatThrownBy(() -> Slices.transferAll(List.of(one, released, two)))
        .isInstanceOf(SliceStateException.class)
        .hasMessageContaining("was released");

    assertThat(List.of(one, two)).allMatch(Slice::isLive);
  }

  @Test
  void aDuplicateIsRefusedAndNothingIsHandedOver() {
    Slice one = arena.allocate(8, 8);
    Slice two = arena.allocate(8, 8);

    assertThatThrownBy(() -> Slices.transferAll(List.of(one, two, one)))
        .isInstanceOf(SliceStateException.class)
        .hasMessageContaining("twice");

    assertThat(List.of(one, two)).allMatch(Slice::isLive);
  }

  @Test
  void theFirstThatIsNotLiveIsNamed() {
    Slice one = arena.allocate(8, 8);
    Slice released = arena.allocate(8, 8);
    Slice sent = arena.allocate(8, 8);
    Slices.requireLive(List.of(one, released, sent));
    assertThat(released.tryRelease()).isTrue();
    sent.transfer();

    assertThatThrownBy(() -> Slices.requireLive(List.of(one, released, sent)))
        .isInstanceOf(SliceStateException.class)
        .hasMessageContaining("was released");
    assertThatThrownBy(() -> Slices.requireLive(List.of(one, sent)))
        .hasMessageContaining("was transferred");
  }

  @Test
  void aViewToReadFromMarksNothingAsChanged() {
    Slice slice = arena.allocate(8, 8);
    slice.putInt(0, 7);
    memory.snapshot();

    var view = slice.readOnlyView();

    assertThat(view.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThat(view.getInt(0)).isEqualTo(7);
    assertThatThrownBy(() -> view.putInt(0, 8)).isInstanceOf(ReadOnlyBufferException.class);
    assertThat(memory.restore()).isZero();
  }

  @Test
  void aSliceKnowsItsMemory() {
    Slice slice = arena.allocate(8, 8);

    assertThat(slice.isIn(memory)).isTrue();
    assertThat(slice.isIn(new PrivateLinearMemory(new PageLimits(1, 1)))).isFalse();
  }

  @Test
  void aSliceThatIsReleasedDuringATransferGoesBackWhenThatIsRefused() {
    SizeClassArena released = new SizeClassArena(memory, 0, 4096);
    Slice slice = released.allocate(16, 8);
    assertThat(slice.tryPledge()).isTrue();
    assertThat(slice.tryRelease()).as("its list decides").isFalse();
    assertThat(slice.tryRelease()).isFalse();
    assertThatThrownBy(slice::view)
        .isInstanceOf(SliceStateException.class)
        .hasMessageContaining("in a list that is being transferred");
    assertThat(released.liveSlices()).isEqualTo(1);
    slice.redeem();
    assertThat(released.liveSlices()).isZero();
    assertThat(slice.tryRelease()).isFalse();
  }

  @Test
  void aSliceThatIsReleasedDuringATransferIsItsReceiversWhenThatGoesThrough() {
    SizeClassArena handed = new SizeClassArena(memory, 0, 4096);
    Slice slice = handed.allocate(16, 8);
    assertThat(slice.tryPledge()).isTrue();
    assertThat(slice.tryRelease()).isFalse();
    Slice receiver = slice.handOver();
    assertThat(handed.liveSlices()).isEqualTo(1);
    assertThat(receiver.tryRelease()).isTrue();
    assertThat(handed.liveSlices()).isZero();
  }
}
