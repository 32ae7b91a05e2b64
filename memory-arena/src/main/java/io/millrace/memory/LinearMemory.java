package io.millrace.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A private linear memory on one flat {@code byte[]}.
 *
 * <p>Every access is bounds-checked against the present size, and an access that does not fit
 * throws {@link IndexOutOfBoundsException} and changes nothing. A load or store costs what an array
 * access costs. Growth moves the bytes to a new array, at the cost of copying all of them.
 *
 * <p>One thread at a time: a private memory belongs to one instance, and that to one worker.
 */
public final class LinearMemory {

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

  private final PageLimits limits;
  private byte[] bytes;

  /** Makes a zeroed memory of {@code limits.initialPages()} pages. */
  public LinearMemory(PageLimits limits) {
    this.limits = limits;
    this.bytes = new byte[limits.initialPages() * PageLimits.PAGE_BYTES];
  }

  /** The limits that this memory was made with. */
  public PageLimits limits() {
    return limits;
  }

  /** The present size in pages. */
  public int pages() {
    return bytes.length / PageLimits.PAGE_BYTES;
  }

  /** The present size in bytes, always a whole number of pages. */
  public int sizeBytes() {
    return bytes.length;
  }

  /**
   * Grows by {@code deltaPages} (unsigned) zeroed pages.
   *
   * @return the size in pages before; or -1, with nothing changed, when the maximum would be passed
   *     or the heap has no room
   */
  public int grow(int deltaPages) {
    int before = pages();
    long wanted = before + Integer.toUnsignedLong(deltaPages);
    if (wanted > limits.maximumPages()) {
      return -1;
    }
    if (deltaPages == 0) {
      return before;
    }
    try {
      bytes = Arrays.copyOf(bytes, (int) wanted * PageLimits.PAGE_BYTES);
    } catch (OutOfMemoryError noRoom) {
      // memory.grow may fail at any time (core specification 4.4.12): the guest decides what to do.
      return -1;
    }
    return before;
  }

  /** Loads one byte. */
  public byte getByte(int address) {
    return bytes[address];
  }

  /** Loads two bytes, at any alignment. */
  public short getShort(int address) {
    return (short) SHORT.get(bytes, address);
  }

  /** Loads four bytes, at any alignment. */
  public int getInt(int address) {
    return (int) INT.get(bytes, address);
  }

  /** Loads eight bytes, at any alignment. */
  public long getLong(int address) {
    return (long) LONG.get(bytes, address);
  }

  /** Loads a 32-bit float, bit for bit, at any alignment. */
  public float getFloat(int address) {
    return (float) FLOAT.get(bytes, address);
  }

  /** Loads a 64-bit float, bit for bit, at any alignment. */
  public double getDouble(int address) {
    return (double) DOUBLE.get(bytes, address);
  }

  /** Stores one byte. */
  public void putByte(int address, byte value) {
    bytes[address] = value;
  }

  /** Stores two bytes, at any alignment. */
  public void putShort(int address, short value) {
    SHORT.set(bytes, address, value);
  }

  /** Stores four bytes, at any alignment. */
  public void putInt(int address, int value) {
    INT.set(bytes, address, value);
  }

  /** Stores eight bytes, at any alignment. */
  public void putLong(int address, long value) {
    LONG.set(bytes, address, value);
  }

  /** Stores a 32-bit float, bit for bit, at any alignment. */
  public void putFloat(int address, float value) {
    FLOAT.set(bytes, address, value);
  }

  /** Stores a 64-bit float, bit for bit, at any alignment. */
  public void putDouble(int address, double value) {
    DOUBLE.set(bytes, address, value);
  }

  /** Copies {@code length} (unsigned) bytes from {@code source} into this memory. */
  public void write(int address, byte[] source, int sourceOffset, int length) {
    check(sourceOffset, length, source.length);
    check(address, length, bytes.length);
    System.arraycopy(source, sourceOffset, bytes, address, length);
  }

  /** Copies {@code length} (unsigned) bytes out of this memory into {@code target}. */
  public void read(int address, byte[] target, int targetOffset, int length) {
    check(targetOffset, length, target.length);
    check(address, length, bytes.length);
    System.arraycopy(bytes, address, target, targetOffset, length);
  }

  /**
   * Copies {@code length} (unsigned) bytes out of this memory into a new array. The range is
   * checked before anything is allocated, so that a lying length costs nothing.
   */
  public byte[] read(int address, int length) {
    check(address, length, bytes.length);
    return Arrays.copyOfRange(bytes, address, address + length);
  }

  /** Sets {@code length} (unsigned) bytes to {@code value}. */
  public void fill(int address, int length, byte value) {
    check(address, length, bytes.length);
    Arrays.fill(bytes, address, address + length, value);
  }

  /** Copies {@code length} (unsigned) bytes within this memory; the two ranges may overlap. */
  public void copy(int target, int source, int length) {
    check(source, length, bytes.length);
    check(target, length, bytes.length);
    System.arraycopy(bytes, source, bytes, target, length);
  }

  /**
   * A little-endian view of {@code length} bytes, without a copy. It shows the array of the moment:
   * after growth it no longer shows this memory, as a browser's ArrayBuffer is detached by growth.
   * A {@link Slice} outlives growth.
   */
  public ByteBuffer view(int address, int length) {
    check(address, length, bytes.length);
    return ByteBuffer.wrap(bytes, address, length).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Whether {@code address + length}, both unsigned, lies within the present size. */
  public boolean contains(int address, int length) {
    return Integer.toUnsignedLong(address) + Integer.toUnsignedLong(length) <= bytes.length;
  }

  private static void check(int offset, int length, int limit) {
    // Unsigned 64-bit sum: an int sum would wrap and let a huge length pass.
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
