package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every kind of linear memory does; one subclass for each kind. */
abstract class LinearMemoryContract {

  private static final int PAGE = PageLimits.PAGE_BYTES;

  final LinearMemory memory = create(new PageLimits(1, 3));

  abstract LinearMemory create(PageLimits limits);

  @Test
  void loadsAndStoresEqualALittleEndianByteBuffer() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ByteBuffer model = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
    for (int step = 0; step < 20_000; step++) {
      int address = random.nextInt(PAGE - 8);
      long value = random.nextLong();
      switch (random.nextInt(6)) {
        case 0 -> {
          memory.putByte(address, (byte) value);
          model.put(address, (byte) value);
        }
        case 1 -> {
          memory.putShort(address, (short) value);
          model.putShort(address, (short) value);
        }
        case 2 -> {
          memory.putInt(address, (int) value);
          model.putInt(address, (int) value);
        }
        case 3 -> {
          memory.putLong(address, value);
          model.putLong(address, value);
        }
        case 4 -> {
          memory.putFloat(address, Float.intBitsToFloat((int) value));
          model.putFloat(address, Float.intBitsToFloat((int) value));
        }
        default -> {
          memory.putDouble(address, Double.longBitsToDouble(value));
          model.putDouble(address, Double.longBitsToDouble(value));
        }
      }
      assertThat(memory.getByte(address)).as("seed %d", seed).isEqualTo(model.get(address));
      assertThat(memory.getShort(address)).as("seed %d", seed).isEqualTo(model.getShort(address));
      assertThat(memory.getInt(address)).as("seed %d", seed).isEqualTo(model.getInt(address));
      assertThat(memory.getLong(address)).as("seed %d", seed).isEqualTo(model.getLong(address));
      assertThat(Float.floatToRawIntBits(memory.getFloat(address)))
          .isEqualTo(Float.floatToRawIntBits(model.getFloat(address)));
      assertThat(Double.doubleToRawLongBits(memory.getDouble(address)))
          .isEqualTo(Double.doubleToRawLongBits(model.getDouble(address)));
    }
    assertThat(memory.read(0, PAGE)).as("seed %d", seed).isEqualTo(model.array());
  }

  @ParameterizedTest
  @CsvSource({"65533", "65536", "-1", "-4", "2147483647", "-2147483648"})
  void anAccessThatDoesNotFitThrows(int address) {
    assertThatThrownBy(() -> memory.getInt(address)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> memory.putInt(address, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> memory.getLong(address)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @CsvSource({"100, 2147483647", "0, 65537", "65536, 1", "-1, 1", "-1, -1", "1, -1", "65537, 0"})
  void aRangeThatDoesNotFitIsRefusedBeforeAnythingIsAllocated(int address, int length) {
    assertThat(memory.contains(address, length)).isFalse();
    assertThatThrownBy(() -> memory.read(address, length))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("65536");
    assertThatThrownBy(() -> memory.fill(address, length, (byte) 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> memory.copy(address, 0, length))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> memory.copy(0, address, length))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(memory.read(0, PAGE)).containsOnly(0);
  }

  @Test
  void anEmptyRangeAtTheVeryEndFits() {
    assertThat(memory.read(PAGE, 0)).isEmpty();
    memory.fill(PAGE, 0, (byte) 1);
  }

  @Test
  void overlappingCopiesMoveAsIfThroughATemporary() {
    memory.write(0, new byte[] {1, 2, 3, 4, 5}, 0, 5);
    memory.copy(2, 0, 5);
    assertThat(memory.read(0, 7)).containsExactly(1, 2, 1, 2, 3, 4, 5);
  }

  @Test
  void growthKeepsTheBytesAndStopsAtTheMaximum() {
    memory.putInt(PAGE - 4, 42);
    assertThat(memory.grow(2)).isEqualTo(1);
    assertThat(memory.pages()).isEqualTo(3);
    assertThat(memory.getInt(PAGE - 4)).isEqualTo(42);
    assertThat(memory.getInt(3 * PAGE - 4)).isZero();
    assertThat(memory.grow(1)).isEqualTo(-1);
    assertThat(memory.grow(-1)).isEqualTo(-1);
    assertThat(memory.grow(0)).isEqualTo(3);
  }

  @Test
  void aViewSharesTheBytes() {
    ByteBuffer view = memory.view(8, 16);
    view.putInt(4, 0x01020304);
    assertThat(memory.getByte(12)).isEqualTo((byte) 4);
    assertThat(view.capacity()).isEqualTo(16);
  }

  @Test
  void limitsNameTheFigureAndTheBound() {
    assertThatThrownBy(() -> new PageLimits(2, 1)).hasMessageContaining("maximumPages is 1");
    assertThatThrownBy(() -> new PageLimits(0, 32_768)).hasMessageContaining("32767");
    assertThatThrownBy(() -> new PageLimits(-1, 1)).hasMessageContaining("initialPages is -1");
  }
}
