package io.millrace.memory;

/**
 * Atomic, sequentially consistent access to a shared memory (WebAssembly threads proposal,
 * instructions i32.atomic.* and i64.atomic.*). Any thread; lock-free; never blocks.
 *
 * <p>Each method refuses an address that does not lie within the present size by {@link
 * IndexOutOfBoundsException}, then one that is not a multiple of the width by {@link
 * IllegalArgumentException}, and then changes nothing. A read-modify-write returns the value
 * before.
 *
 * <p>Four and eight bytes go by the processor's own instructions. One and two bytes go by
 * compare-and-set on the four around them, which retries when a neighbour changes meanwhile and
 * never changes it: see {@link NarrowAtomics}.
 */
public final class SharedAtomics {

  private static final int BYTE_MASK = 0xff;
  private static final int SHORT_MASK = 0xffff;

  private final SharedLinearMemory memory;

  SharedAtomics(SharedLinearMemory memory) {
    this.memory = memory;
  }

  /** Loads one byte. */
  public byte getByte(int address) {
    return (byte) NarrowAtomics.get(memory.buffer, aligned(address, Byte.BYTES), BYTE_MASK);
  }

  /** Stores one byte. */
  public void putByte(int address, byte value) {
    NarrowAtomics.getAndSet(memory.buffer, aligned(address, Byte.BYTES), BYTE_MASK, value);
  }

  /** Adds to one byte. */
  public byte getAndAddByte(int address, byte value) {
    return (byte)
        NarrowAtomics.getAndAdd(memory.buffer, aligned(address, Byte.BYTES), BYTE_MASK, value);
  }

  /** Ands one byte. */
  public byte getAndAndByte(int address, byte value) {
    return (byte)
        NarrowAtomics.getAndAnd(memory.buffer, aligned(address, Byte.BYTES), BYTE_MASK, value);
  }

  /** Ors one byte. */
  public byte getAndOrByte(int address, byte value) {
    return (byte)
        NarrowAtomics.getAndOr(memory.buffer, aligned(address, Byte.BYTES), BYTE_MASK, value);
  }

  /** Xors one byte. */
  public byte getAndXorByte(int address, byte value) {
    return (byte)
        NarrowAtomics.getAndXor(memory.buffer, aligned(address, Byte.BYTES), BYTE_MASK, value);
  }

  /** Exchanges one byte. */
  public byte getAndSetByte(int address, byte value) {
    return (byte)
        NarrowAtomics.getAndSet(memory.buffer, aligned(address, Byte.BYTES), BYTE_MASK, value);
  }

  /** Stores one byte, if {@code expected} is there. */
  public byte compareAndExchangeByte(int address, byte expected, byte value) {
    return (byte)
        NarrowAtomics.compareAndExchange(
            memory.buffer, aligned(address, Byte.BYTES), BYTE_MASK, expected, value);
  }

  /** Loads two bytes at a multiple of 2. */
  public short getShort(int address) {
    return (short) NarrowAtomics.get(memory.buffer, aligned(address, Short.BYTES), SHORT_MASK);
  }

  /** Stores two bytes at a multiple of 2. */
  public void putShort(int address, short value) {
    NarrowAtomics.getAndSet(memory.buffer, aligned(address, Short.BYTES), SHORT_MASK, value);
  }

  /** Adds to two bytes at a multiple of 2. */
  public short getAndAddShort(int address, short value) {
    return (short)
        NarrowAtomics.getAndAdd(memory.buffer, aligned(address, Short.BYTES), SHORT_MASK, value);
  }

  /** Ands two bytes at a multiple of 2. */
  public short getAndAndShort(int address, short value) {
    return (short)
        NarrowAtomics.getAndAnd(memory.buffer, aligned(address, Short.BYTES), SHORT_MASK, value);
  }

  /** Ors two bytes at a multiple of 2. */
  public short getAndOrShort(int address, short value) {
    return (short)
        NarrowAtomics.getAndOr(memory.buffer, aligned(address, Short.BYTES), SHORT_MASK, value);
  }

  /** Xors two bytes at a multiple of 2. */
  public short getAndXorShort(int address, short value) {
    return (short)
        NarrowAtomics.getAndXor(memory.buffer, aligned(address, Short.BYTES), SHORT_MASK, value);
  }

  /** Exchanges two bytes at a multiple of 2. */
  public short getAndSetShort(int address, short value) {
    return (short)
        NarrowAtomics.getAndSet(memory.buffer, aligned(address, Short.BYTES), SHORT_MASK, value);
  }

  /** Stores two bytes at a multiple of 2, if {@code expected} is there. */
  public short compareAndExchangeShort(int address, short expected, short value) {
    return (short)
        NarrowAtomics.compareAndExchange(
            memory.buffer, aligned(address, Short.BYTES), SHORT_MASK, expected, value);
  }

  /** Loads four bytes at a multiple of 4. */
  public int getInt(int address) {
    return (int) SharedLinearMemory.INT.getVolatile(memory.buffer, aligned(address, Integer.BYTES));
  }

  /** Stores four bytes at a multiple of 4. */
  public void putInt(int address, int value) {
    SharedLinearMemory.INT.setVolatile(memory.buffer, aligned(address, Integer.BYTES), value);
  }

  /** Adds to four bytes at a multiple of 4. */
  public int getAndAddInt(int address, int value) {
    return (int)
        SharedLinearMemory.INT.getAndAdd(memory.buffer, aligned(address, Integer.BYTES), value);
  }

  /** Ands four bytes at a multiple of 4. */
  public int getAndAndInt(int address, int value) {
    return (int)
        SharedLinearMemory.INT.getAndBitwiseAnd(
            memory.buffer, aligned(address, Integer.BYTES), value);
  }

  /** Ors four bytes at a multiple of 4. */
  public int getAndOrInt(int address, int value) {
    return (int)
        SharedLinearMemory.INT.getAndBitwiseOr(
            memory.buffer, aligned(address, Integer.BYTES), value);
  }

  /** Xors four bytes at a multiple of 4. */
  public int getAndXorInt(int address, int value) {
    return (int)
        SharedLinearMemory.INT.getAndBitwiseXor(
            memory.buffer, aligned(address, Integer.BYTES), value);
  }

  /** Exchanges four bytes at a multiple of 4. */
  public int getAndSetInt(int address, int value) {
    return (int)
        SharedLinearMemory.INT.getAndSet(memory.buffer, aligned(address, Integer.BYTES), value);
  }

  /** Stores four bytes at a multiple of 4, if {@code expected} is there. */
  public int compareAndExchangeInt(int address, int expected, int value) {
    return (int)
        SharedLinearMemory.INT.compareAndExchange(
            memory.buffer, aligned(address, Integer.BYTES), expected, value);
  }

  /** Loads eight bytes at a multiple of 8. */
  public long getLong(int address) {
    return (long) SharedLinearMemory.LONG.getVolatile(memory.buffer, aligned(address, Long.BYTES));
  }

  /** Stores eight bytes at a multiple of 8. */
  public void putLong(int address, long value) {
    SharedLinearMemory.LONG.setVolatile(memory.buffer, aligned(address, Long.BYTES), value);
  }

  /** Adds to eight bytes at a multiple of 8. */
  public long getAndAddLong(int address, long value) {
    return (long)
        SharedLinearMemory.LONG.getAndAdd(memory.buffer, aligned(address, Long.BYTES), value);
  }

  /** Ands eight bytes at a multiple of 8. */
  public long getAndAndLong(int address, long value) {
    return (long)
        SharedLinearMemory.LONG.getAndBitwiseAnd(
            memory.buffer, aligned(address, Long.BYTES), value);
  }

  /** Ors eight bytes at a multiple of 8. */
  public long getAndOrLong(int address, long value) {
    return (long)
        SharedLinearMemory.LONG.getAndBitwiseOr(memory.buffer, aligned(address, Long.BYTES), value);
  }

  /** Xors eight bytes at a multiple of 8. */
  public long getAndXorLong(int address, long value) {
    return (long)
        SharedLinearMemory.LONG.getAndBitwiseXor(
            memory.buffer, aligned(address, Long.BYTES), value);
  }

  /** Exchanges eight bytes at a multiple of 8. */
  public long getAndSetLong(int address, long value) {
    return (long)
        SharedLinearMemory.LONG.getAndSet(memory.buffer, aligned(address, Long.BYTES), value);
  }

  /** Stores eight bytes at a multiple of 8, if {@code expected} is there. */
  public long compareAndExchangeLong(int address, long expected, long value) {
    return (long)
        SharedLinearMemory.LONG.compareAndExchange(
            memory.buffer, aligned(address, Long.BYTES), expected, value);
  }

  /** Vouches for {@code widthBytes} bytes at {@code address}, a multiple of the width. */
  int aligned(int address, int widthBytes) {
    memory.at(address, widthBytes);
    if ((address & (widthBytes - 1)) != 0) {
      throw new IllegalArgumentException(
          "atomic access at " + address + ": the address must be a multiple of " + widthBytes);
    }
    return address;
  }
}
