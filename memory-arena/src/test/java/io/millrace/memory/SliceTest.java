package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SliceTest {

  private final LinearMemory memory = new PrivateLinearMemory(new PageLimits(1, 2));
  private final BumpArena arena = new BumpArena(memory, 1024, 4096);

  static Stream<Arguments> everyUse() {
    return Stream.of(
        use("getByte", slice -> slice.getByte(0)),
        use("getInt", slice -> slice.getInt(0)),
        use("getLong", slice -> slice.getLong(0)),
        use("putByte", slice -> slice.putByte(0, (byte) 1)),
        use("putInt", slice -> slice.putInt(0, 1)),
        use("putLong", slice -> slice.putLong(0, 1)),
        use("read", slice -> slice.read(0, new byte[1], 0, 1)),
        use("write", slice -> slice.write(0, new byte[1], 0, 1)),
        use("view", Slice::view),
        use("readOnlyView", Slice::readOnlyView),
        use("intView", Slice::intView),
        use("longView", Slice::longView),
        use("floatView", Slice::floatView),
        use("doubleView", Slice::doubleView),
        use("transfer", Slice::transfer),
        use("transfer", slice -> slice.transfer(1)),
        use("transferAll", slice -> Slices.transferAll(List.of(slice))));
  }

  private static Arguments use(String name, Consumer<Slice> use) {
    return Arguments.of(name, use);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("everyUse")
  void worksWhileTheSliceIsOwnedAndNotAfterwards(String name, Consumer<Slice> use) {
    use.accept(arena.allocate(16, 8));

    Slice released = arena.allocate(16, 8);
    assertThat(released.tryRelease()).isTrue();
    assertThatThrownBy(() -> use.accept(released))
        .isInstanceOf(SliceStateException.class)
        .hasMessageContaining("was released");

    Slice transferred = arena.allocate(16, 8);
    Slice receiver = transferred.transfer();
    assertThatThrownBy(() -> use.accept(transferred))
        .isInstanceOf(SliceStateException.class)
        .hasMessageContaining("was transferred");
    use.accept(receiver);

    Slice pledged = arena.allocate(16, 8);
    assertThat(pledged.tryPledge()).isTrue();
    assertThatThrownBy(() -> use.accept(pledged))
        .isInstanceOf(SliceStateException.class)
        .hasMessageContaining("being transferred");
    pledged.redeem();
    use.accept(pledged);

    Slice stale = arena.allocate(16, 8);
    arena.reset();
    assertThatThrownBy(() -> use.accept(stale))
        .isInstanceOf(SliceStateException.class)
        .hasMessageContaining("the arena was reset");
  }

  @Test
  void everyMethodThatTouchesMemoryIsInTheTableAbove() {
    List<String> harmless =
        List.of(
            "offset", "length", "isIn", "isLive", "tryRelease", "equals", "hashCode", "toString");
    assertThat(
            Stream.of(Slice.class.getMethods()).filter(m -> m.getDeclaringClass() == Slice.class))
        .extracting(Method::getName)
        .filteredOn(name -> !harmless.contains(name))
        .isSubsetOf(everyUse().map(row -> (String) row.get()[0]).toList());
  }

  @Test
  void aTransferredHandleKeepsTheRangeAndItsBytes() {
    Slice sender = arena.allocate(8, 8);
    sender.putLong(0, 42);
    Slice receiver = sender.transfer();
    assertThat(receiver.offset()).isEqualTo(sender.offset());
    assertThat(receiver.getLong(0)).isEqualTo(42);
    assertThat(sender.tryRelease()).as("it is no longer the sender's").isFalse();
    assertThat(receiver.getLong(0)).isEqualTo(42);
    assertThat(receiver.tryRelease()).isTrue();
    assertThat(receiver.tryRelease()).isFalse();
  }

  @Test
  void aPrefixIsHandedOverAndNoMoreOfTheRangeCanBeReached() {
    Slice sender = arena.allocate(16, 8);
    sender.putLong(0, 42);
    assertThatThrownBy(() -> sender.transfer(17)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> sender.transfer(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(sender.isLive()).as("a refused transfer leaves it").isTrue();
    Slice receiver = sender.transfer(8);
    assertThat(sender.isLive()).isFalse();
    assertThat(receiver.length()).isEqualTo(8);
    assertThat(receiver.getLong(0)).isEqualTo(42);
    assertThat(receiver.view().remaining()).isEqualTo(8);
    assertThatThrownBy(() -> receiver.getByte(8)).isInstanceOf(IndexOutOfBoundsException.class);
    arena.reset();
    assertThatThrownBy(() -> receiver.getByte(0)).isInstanceOf(SliceStateException.class);
  }

  @Test
  void typedViewsAreLittleEndianAndShareTheBytes() {
    Slice slice = arena.allocate(16, 8);
    slice.intView().put(0, 0x04030201);
    assertThat(slice.getByte(0)).isEqualTo((byte) 1);
    assertThat(slice.intView().capacity()).isEqualTo(4);
    slice.longView().put(1, 7);
    assertThat(slice.getLong(8)).isEqualTo(7);
    slice.doubleView().put(0, 1.5);
    assertThat(slice.getLong(0)).isEqualTo(Double.doubleToRawLongBits(1.5));
    slice.floatView().put(3, 2.5f);
    assertThat(slice.getInt(12)).isEqualTo(Float.floatToRawIntBits(2.5f));
  }

  @Test
  void typedViewsRefuseWhatIsNotAligned() {
    Slice oddLength = arena.allocate(7, 8);
    assertThatThrownBy(oddLength::intView)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("slice of 7 bytes at 1024 cannot be seen as elements of 4 bytes");
    Slice oddOffset = arena.allocate(8, 1);
    assertThat(oddOffset.offset() % 4).isNotZero();
    assertThatThrownBy(oddOffset::intView).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(oddOffset::doubleView).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void leakDetectionTellsWhereALiveSliceWasAllocated() {
    BumpArena watched = new BumpArena(memory, 8192, 1024, true);
    Slice kept = watched.allocate(10, 1);
    watched.allocate(20, 1).tryRelease();
    Slice moved = watched.allocate(30, 1).transfer();
    assertThat(watched.leaks())
        .extracting(SliceArena.LiveSlice::length)
        .containsExactlyInAnyOrder(10, 30);
    assertThat(watched.leaks().get(0).allocatedAt().getStackTrace())
        .anyMatch(
            frame -> frame.getMethodName().equals("leakDetectionTellsWhereALiveSliceWasAllocated"));
    assertThat(watched.liveSlices()).isEqualTo(2);
    assertThat(kept.tryRelease()).isTrue();
    assertThat(moved.tryRelease()).isTrue();
    assertThat(watched.leaks()).isEmpty();
    assertThat(arena.leaks()).as("off by default").isEmpty();
  }
}
