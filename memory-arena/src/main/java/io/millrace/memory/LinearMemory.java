package io.millrace.memory;

import java.nio.ByteBuffer;

/**
 * A guest's linear memory: bytes at unsigned 32-bit addresses, in pages of 64 KiB, little-endian.
 *
 * <p>Every access is checked against the present size, and one that does not fit throws {@link
 * IndexOutOfBoundsException} and changes nothing. Loads and stores take any alignment.
 *
 * <table>
 *   <caption>The kinds</caption>
 *   <tr><th>kind</th><th>backing</th><th>threads</th><th>for</th></tr>
 *   <tr><td>{@link PrivateLinearMemory}</td><td>one flat array</td><td>one</td>
 *       <td>the fastest loads and stores</td></tr>
 *   <tr><td>{@link TrackedLinearMemory}</td><td>one flat array and a mark for each 4 KiB</td>
 *       <td>one</td><td>going back to a snapshot at the cost of what was touched</td></tr>
 *   <tr><td>{@link SharedLinearMemory}</td><td>a direct buffer of the maximum size</td>
 *       <td>many</td><td>atomics, wait and notify between instances</td></tr>
 * </table>
 *
 * <p>Compiled guest code must meet one kind only: see RATIONALE.md.
 */
public sealed interface LinearMemory permits FlatLinearMemory, SharedLinearMemory {

  /** The limits that this memory was made with. */
  PageLimits limits();

  /** The present size in pages. */
  int pages();

  /** The present size in bytes, always a whole number of pages. */
  int sizeBytes();

  /**
   * Grows by {@code deltaPages} (unsigned) zeroed pages.
   *
   * @return the size in pages before; or -1, with nothing changed, when the maximum would be passed
   *     or the heap has no room
   */
  int grow(int deltaPages);

  /** Loads one byte. */
  byte getByte(int address);

  /** Loads two bytes. */
  short getShort(int address);

  /** Loads four bytes. */
  int getInt(int address);

  /** Loads eight bytes. */
  long getLong(int address);

  /** Loads a 32-bit float, bit for bit. */
  float getFloat(int address);

  /** Loads a 64-bit float, bit for bit. */
  double getDouble(int address);

  /** Stores one byte. */
  void putByte(int address, byte value);

  /** Stores two bytes. */
  void putShort(int address, short value);

  /** Stores four bytes. */
  void putInt(int address, int value);

  /** Stores eight bytes. */
  void putLong(int address, long value);

  /** Stores a 32-bit float, bit for bit. */
  void putFloat(int address, float value);

  /** Stores a 64-bit float, bit for bit. */
  void putDouble(int address, double value);

  /** Copies {@code length} (unsigned) bytes from {@code source} into this memory. */
  void write(int address, byte[] source, int sourceOffset, int length);

  /** Copies {@code length} (unsigned) bytes out of this memory into {@code target}. */
  void read(int address, byte[] target, int targetOffset, int length);

  /**
   * Copies {@code length} (unsigned) bytes out of this memory into a new array. The range is
   * checked before anything is allocated, so that a lying length costs nothing.
   */
  default byte[] read(int address, int length) {
    check(address, length, sizeBytes());
    byte[] copy = new byte[length];
    read(address, copy, 0, length);
    return copy;
  }

  /** Sets {@code length} (unsigned) bytes to {@code value}. */
  void fill(int address, int length, byte value);

  /** Copies {@code length} (unsigned) bytes within this memory; the two ranges may overlap. */
  void copy(int target, int source, int length);

  /**
   * A little-endian view of {@code length} bytes, without a copy. On the kinds that keep an array
   * it shows the array of the moment: after growth it no longer shows this memory, as a browser's
   * ArrayBuffer is detached by growth. A {@link Slice} outlives growth.
   */
  ByteBuffer view(int address, int length);

  /** The same to read from only; so it counts as no change where changes are counted. */
  ByteBuffer readOnlyView(int address, int length);

  /** Whether {@code address + length}, both unsigned, lies within the present size. */
  default boolean contains(int address, int length) {
    return Integer.toUnsignedLong(address) + Integer.toUnsignedLong(length) <= sizeBytes();
  }

  /** Checks a range against {@code limit} in unsigned 64-bit sums: an int sum would wrap around. */
  static void check(int offset, int length, int limit) {
    long end = Integer.toUnsignedLong(offset) + Integer.toUnsignedLong(length);
    if (end > limit) {
      throw new IndexOutOfBoundsException(
          "range of "
              + Integer.toUnsignedLong(length)
              + " bytes at "
              + Integer.toUnsignedLong(offset)
              + " ends beyond the limit of "
              + limit
              + " bytes");
    }
  }
}
