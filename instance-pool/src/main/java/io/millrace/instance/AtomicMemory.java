package io.millrace.instance;

import io.millrace.memory.SharedAtomics;
import java.lang.invoke.VarHandle;

/**
 * The engine's atomic operations on a shared memory: bounds first, in the engine's own words, then
 * {@link SharedAtomics}. The alignment is checked there; the compiled code has checked it before.
 */
abstract class AtomicMemory extends EngineMemory {

  private final SharedAtomics atomics;

  AtomicMemory(SharedAtomics atomics) {
    super(false);
    this.atomics = atomics;
  }

  @Override
  public final void atomicFence() {
    VarHandle.fullFence();
  }

  @Override
  public final byte atomicReadByte(int address) {
    requireInBounds(address, Byte.BYTES);
    return atomics.getByte(address);
  }

  @Override
  public final void atomicWriteByte(int address, byte value) {
    requireInBounds(address, Byte.BYTES);
    atomics.putByte(address, value);
  }

  @Override
  public final byte atomicAddByte(int address, byte value) {
    requireInBounds(address, Byte.BYTES);
    return atomics.getAndAddByte(address, value);
  }

  @Override
  public final byte atomicAndByte(int address, byte value) {
    requireInBounds(address, Byte.BYTES);
    return atomics.getAndAndByte(address, value);
  }

  @Override
  public final byte atomicOrByte(int address, byte value) {
    requireInBounds(address, Byte.BYTES);
    return atomics.getAndOrByte(address, value);
  }

  @Override
  public final byte atomicXorByte(int address, byte value) {
    requireInBounds(address, Byte.BYTES);
    return atomics.getAndXorByte(address, value);
  }

  @Override
  public final byte atomicXchgByte(int address, byte value) {
    requireInBounds(address, Byte.BYTES);
    return atomics.getAndSetByte(address, value);
  }

  @Override
  public final byte atomicCmpxchgByte(int address, byte expected, byte value) {
    requireInBounds(address, Byte.BYTES);
    return atomics.compareAndExchangeByte(address, expected, value);
  }

  @Override
  public final short atomicReadShort(int address) {
    requireInBounds(address, Short.BYTES);
    return atomics.getShort(address);
  }

  @Override
  public final void atomicWriteShort(int address, short value) {
    requireInBounds(address, Short.BYTES);
    atomics.putShort(address, value);
  }

  @Override
  public final short atomicAddShort(int address, short value) {
    requireInBounds(address, Short.BYTES);
    return atomics.getAndAddShort(address, value);
  }

  @Override
  public final short atomicAndShort(int address, short value) {
    requireInBounds(address, Short.BYTES);
    return atomics.getAndAndShort(address, value);
  }

  @Override
  public final short atomicOrShort(int address, short value) {
    requireInBounds(address, Short.BYTES);
    return atomics.getAndOrShort(address, value);
  }

  @Override
  public final short atomicXorShort(int address, short value) {
    requireInBounds(address, Short.BYTES);
    return atomics.getAndXorShort(address, value);
  }

  @Override
  public final short atomicXchgShort(int address, short value) {
    requireInBounds(address, Short.BYTES);
    return atomics.getAndSetShort(address, value);
  }

  @Override
  public final short atomicCmpxchgShort(int address, short expected, short value) {
    requireInBounds(address, Short.BYTES);
    return atomics.compareAndExchangeShort(address, expected, value);
  }

  @Override
  public final int atomicReadInt(int address) {
    requireInBounds(address, Integer.BYTES);
    return atomics.getInt(address);
  }

  @Override
  public final void atomicWriteInt(int address, int value) {
    requireInBounds(address, Integer.BYTES);
    atomics.putInt(address, value);
  }

  @Override
  public final int atomicAddInt(int address, int value) {
    requireInBounds(address, Integer.BYTES);
    return atomics.getAndAddInt(address, value);
  }

  @Override
  public final int atomicAndInt(int address, int value) {
    requireInBounds(address, Integer.BYTES);
    return atomics.getAndAndInt(address, value);
  }

  @Override
  public final int atomicOrInt(int address, int value) {
    requireInBounds(address, Integer.BYTES);
    return atomics.getAndOrInt(address, value);
  }

  @Override
  public final int atomicXorInt(int address, int value) {
    requireInBounds(address, Integer.BYTES);
    return atomics.getAndXorInt(address, value);
  }

  @Override
  public final int atomicXchgInt(int address, int value) {
    requireInBounds(address, Integer.BYTES);
    return atomics.getAndSetInt(address, value);
  }

  @Override
  public final int atomicCmpxchgInt(int address, int expected, int value) {
    requireInBounds(address, Integer.BYTES);
    return atomics.compareAndExchangeInt(address, expected, value);
  }

  @Override
  public final long atomicReadLong(int address) {
    requireInBounds(address, Long.BYTES);
    return atomics.getLong(address);
  }

  @Override
  public final void atomicWriteLong(int address, long value) {
    requireInBounds(address, Long.BYTES);
    atomics.putLong(address, value);
  }

  @Override
  public final long atomicAddLong(int address, long value) {
    requireInBounds(address, Long.BYTES);
    return atomics.getAndAddLong(address, value);
  }

  @Override
  public final long atomicAndLong(int address, long value) {
    requireInBounds(address, Long.BYTES);
    return atomics.getAndAndLong(address, value);
  }

  @Override
  public final long atomicOrLong(int address, long value) {
    requireInBounds(address, Long.BYTES);
    return atomics.getAndOrLong(address, value);
  }

  @Override
  public final long atomicXorLong(int address, long value) {
    requireInBounds(address, Long.BYTES);
    return atomics.getAndXorLong(address, value);
  }

  @Override
  public final long atomicXchgLong(int address, long value) {
    requireInBounds(address, Long.BYTES);
    return atomics.getAndSetLong(address, value);
  }

  @Override
  public final long atomicCmpxchgLong(int address, long expected, long value) {
    requireInBounds(address, Long.BYTES);
    return atomics.compareAndExchangeLong(address, expected, value);
  }
}
