package io.millrace.memory;

import static io.millrace.memory.SharedLinearMemory.INT;

import java.nio.ByteBuffer;

/**
 * Atomics on one or two bytes, by operations on the aligned four bytes that contain them: the JDK
 * has none for byte and short views of a buffer.
 *
 * <pre>
 *   address & 3      3      2      1      0
 *                +------+------+------+------+
 *   the word     |      |      | byte |      |      little-endian: shift = 8 * (address & 3)
 *                +------+------+------+------+
 * </pre>
 *
 * <p>Values come in and go out in the low bits; {@code mask} is 0xff or 0xffff. A word always lies
 * within the memory, whose size is a multiple of a page, and two aligned bytes lie in one word.
 */
final class NarrowAtomics {

  private NarrowAtomics() {}

  static int get(ByteBuffer buffer, int address, int mask) {
    return ((int) INT.getVolatile(buffer, word(address)) >>> shift(address)) & mask;
  }

  static int getAndSet(ByteBuffer buffer, int address, int mask, int value) {
    int shift = shift(address);
    while (true) {
      int before = (int) INT.getVolatile(buffer, word(address));
      int after = (before & ~(mask << shift)) | ((value & mask) << shift);
      if (INT.weakCompareAndSet(buffer, word(address), before, after)) {
        return (before >>> shift) & mask;
      }
    }
  }

  static int getAndAdd(ByteBuffer buffer, int address, int mask, int value) {
    int shift = shift(address);
    while (true) {
      int before = (int) INT.getVolatile(buffer, word(address));
      int old = (before >>> shift) & mask;
      // masked after the sum, so that a carry does not run into the neighbour
      int after = (before & ~(mask << shift)) | (((old + value) & mask) << shift);
      if (INT.weakCompareAndSet(buffer, word(address), before, after)) {
        return old;
      }
    }
  }

  static int compareAndExchange(ByteBuffer buffer, int address, int mask, int expected, int value) {
    int shift = shift(address);
    while (true) {
      int before = (int) INT.getVolatile(buffer, word(address));
      int old = (before >>> shift) & mask;
      if (old != (expected & mask)) {
        return old;
      }
      int after = (before & ~(mask << shift)) | ((value & mask) << shift);
      if (INT.weakCompareAndSet(buffer, word(address), before, after)) {
        return old;
      }
    }
  }

  // The three below need no loop of ours: ones (for and) or zeros elsewhere leave neighbours alone.

  static int getAndAnd(ByteBuffer buffer, int address, int mask, int value) {
    int shift = shift(address);
    int operand = ((value & mask) << shift) | ~(mask << shift);
    return ((int) INT.getAndBitwiseAnd(buffer, word(address), operand) >>> shift) & mask;
  }

  static int getAndOr(ByteBuffer buffer, int address, int mask, int value) {
    int shift = shift(address);
    int operand = (value & mask) << shift;
    return ((int) INT.getAndBitwiseOr(buffer, word(address), operand) >>> shift) & mask;
  }

  static int getAndXor(ByteBuffer buffer, int address, int mask, int value) {
    int shift = shift(address);
    int operand = (value & mask) << shift;
    return ((int) INT.getAndBitwiseXor(buffer, word(address), operand) >>> shift) & mask;
  }

  private static int word(int address) {
    return address & ~3;
  }

  private static int shift(int address) {
    return (address & 3) << 3;
  }
}
