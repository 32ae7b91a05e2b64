package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import io.millrace.memory.PageLimits;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our memories answer the engine as the engine's own memory does; one subclass for each kind. */
abstract class EngineMemoryContract {

  private static final int PAGE = PageLimits.PAGE_BYTES;
  private static final int STEPS = 20_000;

  private final Memory ours = create(new PageLimits(1, 3));

  abstract Memory create(PageLimits limits);

  @Test
  void theSameProgramHasTheSameEffectAsOnTheEnginesOwnMemory() {
    long seed = System.nanoTime();
    Memory stock = new ByteArrayMemory(new MemoryLimits(1, 3));
    Random random = new Random(seed);
    for (int step = 0; step < STEPS; step++) {
      long opSeed = random.nextLong();
      String expected = outcome(stock, opSeed);
      String actual = outcome(ours, opSeed);
      assertThat(actual).as("seed %d, step %d, op %d", seed, step, opSeed).isEqualTo(expected);
    }
    assertThat(ours.pages()).isEqualTo(stock.pages());
    assertThat(ours.readBytes(0, ours.pages() * PAGE))
        .as("seed %d", seed)
        .isEqualTo(stock.readBytes(0, stock.pages() * PAGE));
  }

  /** What an operation answers, or that it trapped. */
  private static String outcome(Memory memory, long seed) {
    try {
      return run(memory, new Random(seed));
    } catch (WasmRuntimeException trap) {
      return "trap";
    }
  }

  private static String run(Memory memory, Random random) {
    int operation = random.nextInt(28);
    int address = address(random, memory.pages());
    int other = address(random, memory.pages());
    // The engine's own bounds check overflows on huge lengths; the test below holds ours to them.
    int length = random.nextInt(200);
    long value = random.nextLong();
    switch (operation) {
      case 0 -> memory.writeByte(address, (byte) value);
      case 1 -> memory.writeShort(address, (short) value);
      case 2 -> memory.writeI32(address, (int) value);
      case 3 -> memory.writeLong(address, value);
      case 4 -> memory.writeF32(address, Float.intBitsToFloat((int) value));
      case 5 -> memory.writeF64(address, Double.longBitsToDouble(value));
      case 6 -> memory.write(address, new byte[] {1, 2, 3, 4, 5}, 1, 3);
      case 7 -> memory.write(address, new byte[] {1, 2, 3, 4, 5});
      case 8 -> memory.fill((byte) value, address, address + length);
      case 9 -> memory.copy(address, other, length);
      case 10 -> memory.writeCString(address, "text");
      case 11 -> {
        return "" + memory.read(address);
      }
      case 12 -> {
        return "" + memory.readShort(address);
      }
      case 13 -> {
        return "" + memory.readInt(address);
      }
      case 14 -> {
        return "" + memory.readLong(address);
      }
      case 15 -> {
        return "" + Float.floatToRawIntBits(memory.readFloat(address));
      }
      case 16 -> {
        return "" + Double.doubleToRawLongBits(memory.readDouble(address));
      }
      case 17 -> {
        return memory.readI16(address) + " " + memory.readU16(address);
      }
      case 18 -> {
        return memory.readI32(address) + " " + memory.readU32(address);
      }
      case 19 -> {
        return memory.readI8(address) + " " + memory.readU8(address);
      }
      case 20 -> {
        return memory.readF32(address) + " " + memory.readF64(address);
      }
      case 21 -> {
        return new String(memory.readBytes(address, length), StandardCharsets.ISO_8859_1);
      }
      case 22 -> {
        return "" + add(memory, aligned(address), (int) value);
      }
      case 23 -> {
        return "" + compareAndExchange(memory, aligned(address), (int) value, length);
      }
      case 24 -> {
        return "" + exchange(memory, aligned(address), value);
      }
      case 25 -> {
        return "" + or(memory, address, (byte) value);
      }
      case 26 -> {
        return "" + memory.readI64(address);
      }
      default -> {
        return "" + (random.nextInt(200) == 0 ? memory.grow(random.nextInt(3)) : memory.pages());
      }
    }
    return "done";
  }

  // The engine's own atomics on an array that is not shared trap on JDK 22 and newer, where arrays
  // have lost theirs: so its memory gets the same in plain steps. One thread cannot tell.

  private static int add(Memory memory, int address, int value) {
    if (!(memory instanceof ByteArrayMemory)) {
      return memory.atomicAddInt(address, value);
    }
    int before = memory.readInt(address);
    memory.writeI32(address, before + value);
    return before;
  }

  private static int compareAndExchange(Memory memory, int address, int expected, int value) {
    if (!(memory instanceof ByteArrayMemory)) {
      return memory.atomicCmpxchgInt(address, expected, value);
    }
    int before = memory.readInt(address);
    memory.writeI32(address, before == expected ? value : before);
    return before;
  }

  private static long exchange(Memory memory, int address, long value) {
    if (!(memory instanceof ByteArrayMemory)) {
      return memory.atomicXchgLong(address, value);
    }
    long before = memory.readLong(address);
    memory.writeLong(address, value);
    return before;
  }

  private static byte or(Memory memory, int address, byte value) {
    if (!(memory instanceof ByteArrayMemory)) {
      return memory.atomicOrByte(address, value);
    }
    byte before = memory.read(address);
    memory.writeByte(address, (byte) (before | value));
    return before;
  }

  /** Mostly inside, often at the very end, sometimes far outside. */
  private static int address(Random random, int pages) {
    int end = pages * PAGE;
    return switch (random.nextInt(8)) {
      case 0 -> end - random.nextInt(16);
      case 1 -> end + random.nextInt(16);
      case 2 -> -1 - random.nextInt(16);
      case 3 -> PAGE - 8 + random.nextInt(16);
      default -> random.nextInt(end);
    };
  }

  private static int aligned(int address) {
    return address & -8;
  }

  @ParameterizedTest
  @CsvSource({"100, 2147483597", "100, -1", "-1, -1", "-16, 32", "65536, 1", "0, 65537"})
  void lengthsThatOverflowTrapBeforeAnythingIsAllocated(int address, int length) {
    assertThatThrownBy(() -> ours.readBytes(address, length))
        .isInstanceOf(WasmRuntimeException.class)
        .hasMessageStartingWith("out of bounds memory access");
    assertThatThrownBy(() -> ours.fill((byte) 1, address, address + length))
        .isInstanceOf(WasmRuntimeException.class);
    assertThatThrownBy(() -> ours.copy(0, address, length))
        .isInstanceOf(WasmRuntimeException.class);
    assertThatThrownBy(() -> ours.copy(address, 0, length))
        .isInstanceOf(WasmRuntimeException.class);
    assertThatThrownBy(() -> ours.write(address, new byte[8], 0, length))
        .isInstanceOf(WasmRuntimeException.class);
  }

  @Test
  void aTrapSaysWhereAndHowLargeTheMemoryIs() {
    assertThatThrownBy(() -> ours.readInt(65_534))
        .hasMessage(
            "out of bounds memory access: attempted to access address: 65534 but limit is: 65536"
                + " and size: 4");
  }

  @Test
  void atTheMaximumGrowthAnswersMinusOne() {
    assertThat(ours.grow(2)).isEqualTo(1);
    assertThat(ours.grow(1)).isEqualTo(-1);
    assertThat(ours.grow(-1)).isEqualTo(-1);
    assertThat(ours.pages()).isEqualTo(3);
  }
}
