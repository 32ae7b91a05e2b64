package io.millrace.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A private linear memory on one flat {@code byte[]}, which can go back to a snapshot. What the two
 * kinds have in common: everything but stores and what a way back costs.
 *
 * <p>One thread at a time: a private memory belongs to one instance, and that to one worker.
 */
public abstract sealed class FlatLinearMemory implements LinearMemory
    permits PrivateLinearMemory, TrackedLinearMemory {

  static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

  private final PageLimits limits;

  /** Exactly the present size, so that the array's own bounds check is the memory's. */
  byte[] bytes;

  Snapshot snapshot;

  FlatLinearMemory(PageLimits limits) {
    this(limits, Snapshot.zeroed(limits.initialPages() * PageLimits.PAGE_BYTES));
  }

  FlatLinearMemory(PageLimits limits, Snapshot snapshot) {
    this.limits = limits;
    this.snapshot = snapshot;
    bytes = snapshot.newArray(limits);
  }

  /**
   * Takes the memory as it is for the state to go back to. Costs a copy of what is not zero.
   *
   * @return the state, which other memories may start from
   */
  public Snapshot snapshot() {
    snapshot = Snapshot.of(bytes);
    return snapshot;
  }

  /**
   * Makes the memory equal to its snapshot again, growth undone.
   *
   * @return pages of 4 KiB that were copied
   */
  public abstract int restore();

  /** The snapshot that {@link #restore} goes back to. */
  public final Snapshot lastSnapshot() {
    return snapshot;
  }

  /** Whether every byte and the size equal the snapshot. Compares everything. */
  public final boolean verify() {
    return snapshot.equalsArray(bytes);
  }

  @Override
  public PageLimits limits() {
    return limits;
  }

  @Override
  public int pages() {
    return bytes.length / PageLimits.PAGE_BYTES;
  }

  @Override
  public int sizeBytes() {
    return bytes.length;
  }

  @Override
  public int grow(int deltaPages) {
    int before = pages();
    long wanted = before + Integer.toUnsignedLong(deltaPages);
    if (wanted > limits.maximumPages() || !Backing.fitsHeap(wanted * PageLimits.PAGE_BYTES)) {
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

  @Override
  public final byte getByte(int address) {
    return bytes[address];
  }

  @Override
  public short getShort(int address) {
    return (short) SHORT.get(bytes, address);
  }

  @Override
  public final int getInt(int address) {
    return (int) INT.get(bytes, address);
  }

  @Override
  public final long getLong(int address) {
    return (long) LONG.get(bytes, address);
  }

  @Override
  public float getFloat(int address) {
    return (float) FLOAT.get(bytes, address);
  }

  @Override
  public double getDouble(int address) {
    return (double) DOUBLE.get(bytes, address);
  }

  @Override
  public void read(int address, byte[] target, int targetOffset, int length) {
    LinearMemory.check(targetOffset, length, target.length);
    LinearMemory.check(address, length, bytes.length);
    System.arraycopy(bytes, address, target, targetOffset, length);
  }

  @Override
  public byte[] read(int address, int length) {
    LinearMemory.check(address, length, bytes.length);
    return Arrays.copyOfRange(bytes, address, address + length);
  }

  @Override
  public ByteBuffer view(int address, int length) {
    LinearMemory.check(address, length, bytes.length);
    return ByteBuffer.wrap(bytes, address, length).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public ByteBuffer readOnlyView(int address, int length) {
    LinearMemory.check(address, length, bytes.length);
    ByteBuffer readOnly = ByteBuffer.wrap(bytes, address, length).asReadOnlyBuffer();
    return readOnly.slice().order(ByteOrder.LITTLE_ENDIAN);
  }
}
