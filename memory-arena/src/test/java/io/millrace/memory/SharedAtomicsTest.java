package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class SharedAtomicsTest {

  /** Small, so that operations of different widths meet on the same bytes. */
  private static final int REGION_BYTES = 32;

  private final SharedLinearMemory memory = new SharedLinearMemory(new PageLimits(1, 2));
  private final SharedAtomics atomics = memory.atomics();

  @Test
  void randomProgramsOfAllWidthsEqualAModelByteForByte() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] model = new byte[REGION_BYTES];
    AtomicWidth[] widths = AtomicWidth.values();
    for (int step = 0; step < 200_000; step++) {
      AtomicWidth width = widths[random.nextInt(widths.length)];
      int address = random.nextInt(REGION_BYTES / width.bytes) * width.bytes;
      int operation = random.nextInt(AtomicWidth.OPERATIONS);
      long value = random.nextLong();
      long before = load(model, address, width);
      long expected = random.nextBoolean() ? before : width.narrow(random.nextLong());
      store(model, address, width, after(operation, before, value, expected));

      long answer = width.apply(atomics, operation, address, value, expected);

      String what = width + " operation " + operation + " at " + address + ", seed " + seed;
      assertThat(answer).as(what).isEqualTo(operation == AtomicWidth.PUT ? 0 : before);
      assertThat(memory.read(0, REGION_BYTES)).as(what).isEqualTo(model);
    }
    assertThat(memory.read(REGION_BYTES, 64)).as("seed %d", seed).containsOnly(0);
  }

  private static long after(int operation, long before, long value, long expected) {
    return switch (operation) {
      case AtomicWidth.GET -> before;
      case AtomicWidth.ADD -> before + value;
      case AtomicWidth.AND -> before & value;
      case AtomicWidth.OR -> before | value;
      case AtomicWidth.XOR -> before ^ value;
      case AtomicWidth.COMPARE_AND_EXCHANGE -> before == expected ? value : before;
      default -> value;
    };
  }

  private static long load(byte[] model, int address, AtomicWidth width) {
    long value = 0;
    for (int i = 0; i < width.bytes; i++) {
      value |= (model[address + i] & 0xffL) << (8 * i);
    }
    return width.narrow(value);
  }

  private static void store(byte[] model, int address, AtomicWidth width, long value) {
    for (int i = 0; i < width.bytes; i++) {
      model[address + i] = (byte) (value >>> (8 * i));
    }
  }

  @ParameterizedTest
  @EnumSource
  void addsOfFourThreadsOnNeighboursLoseNothing(AtomicWidth width) throws Exception {
    int rounds = 50_000;
    // Two threads on the first place, two on its neighbour: of the narrow widths in one word.
    Thread[] adders = new Thread[4];
    for (int i = 0; i < adders.length; i++) {
      int address = (i & 1) * width.bytes;
      adders[i] =
          new Thread(
              () -> {
                for (int n = 0; n < rounds; n++) {
                  width.apply(atomics, AtomicWidth.ADD, address, 1, 0);
                }
              });
      adders[i].start();
    }
    for (Thread adder : adders) {
      adder.join();
    }
    for (int place = 0; place < 2; place++) {
      assertThat(width.apply(atomics, AtomicWidth.GET, place * width.bytes, 0, 0))
          .isEqualTo(width.narrow(2L * rounds));
    }
    assertThat(memory.read(2 * width.bytes, 64)).containsOnly(0);
  }

  @ParameterizedTest
  @EnumSource
  void aLockByCompareAndExchangeKeepsOthersOut(AtomicWidth width) throws Exception {
    int rounds = 20_000;
    int counter = 64;
    Runnable locker =
        () -> {
          for (int n = 0; n < rounds; n++) {
            while (width.apply(atomics, AtomicWidth.COMPARE_AND_EXCHANGE, 8, -1, 0) != 0) {
              Thread.onSpinWait();
            }
            memory.putInt(counter, memory.getInt(counter) + 1);
            width.apply(atomics, AtomicWidth.PUT, 8, 0, 0);
          }
        };
    Thread other = new Thread(locker);
    other.start();
    locker.run();
    other.join();
    assertThat(memory.getInt(counter)).isEqualTo(2 * rounds);
  }

  @ParameterizedTest
  @EnumSource
  void noNarrowAtomicUndoesAPlainStoreBesideIt(AtomicWidth width) throws Exception {
    int beside = width.bytes;
    Thread storer =
        new Thread(
            () -> {
              for (int n = 1; n <= 50_000; n++) {
                memory.putByte(beside, (byte) n);
                if (memory.getByte(beside) != (byte) n) {
                  memory.putInt(64, n);
                }
              }
            });
    storer.start();
    while (storer.isAlive()) {
      width.apply(atomics, AtomicWidth.ADD, 0, 1, 0);
      width.apply(atomics, AtomicWidth.XOR, 0, -1, 0);
      width.apply(atomics, AtomicWidth.SET, 0, 5, 0);
    }
    storer.join();
    assertThat(memory.getInt(64)).as("the store that was undone").isZero();
  }

  @ParameterizedTest
  @EnumSource
  void everyAtomicRefusesWhatIsOutOfBoundsAndThenWhatIsMisaligned(AtomicWidth width) {
    int size = memory.sizeBytes();
    for (int operation = 0; operation < AtomicWidth.OPERATIONS; operation++) {
      int chosen = operation;
      for (int address : new int[] {size, size - width.bytes + 1, -width.bytes, -1, 1 << 31}) {
        assertThatThrownBy(() -> width.apply(atomics, chosen, address, 1, 0))
            .as("%s operation %d at %d", width, chosen, address)
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      for (int off = 1; off < width.bytes; off++) {
        int address = 64 + off;
        assertThatThrownBy(() -> width.apply(atomics, chosen, address, 1, 0))
            .as("%s operation %d at %d", width, chosen, address)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(String.valueOf(address))
            .hasMessageContaining("multiple of " + width.bytes);
      }
    }
    assertThat(memory.read(0, size)).containsOnly(0);
    assertThat(width.apply(atomics, AtomicWidth.GET, size - width.bytes, 0, 0)).isZero();
  }
}
