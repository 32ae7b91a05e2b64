package io.millrace.memory;

import java.util.Arrays;

/**
 * A private linear memory on one flat {@code byte[]}. A load or store costs what an array access
 * costs. Growth moves the bytes to a new array, at the cost of copying all of them; so does the way
 * back to the snapshot.
 *
 * <p>One thread at a time: a private memory belongs to one instance, and that to one worker.
 */
public final class PrivateLinearMemory extends FlatLinearMemory {

  /**
   * Makes a zeroed memory of {@code limits.initialPages()} pages.
   *
   * @throws OutOfMemoryError naming the heap's limit, when they do not fit
   */
  public PrivateLinearMemory(PageLimits limits) {
    super(limits);
  }

  /**
   * Makes a memory that equals {@code snapshot}.
   *
   * @throws IllegalArgumentException when the snapshot is larger than {@code limits} allow
   */
  public PrivateLinearMemory(PageLimits limits, Snapshot snapshot) {
    super(limits, snapshot);
  }

  /** {@inheritDoc} Costs a copy of the whole memory. */
  @Override
  public int restore() {
    if (bytes.length == snapshot.sizeBytes()) {
      snapshot.copyTo(bytes, 0, bytes.length);
    } else {
      bytes = snapshot.newArray(limits());
    }
    return bytes.length / TrackedLinearMemory.TRACKED_PAGE_BYTES;
  }

  @Override
  public void putByte(int address, byte value) {
    bytes[address] = value;
  }

  @Override
  public void putShort(int address, short value) {
    SHORT.set(bytes, address, value);
  }

  @Override
  public void putInt(int address, int value) {
    INT.set(bytes, address, value);
  }

  @Override
  public void putLong(int address, long value) {
    LONG.set(bytes, address, value);
  }

  @Override
  public void putFloat(int address, float value) {
    FLOAT.set(bytes, address, value);
  }

  @Override
  public void putDouble(int address, double value) {
    DOUBLE.set(bytes, address, value);
  }

  @Override
  public void write(int address, byte[] source, int sourceOffset, int length) {
    LinearMemory.check(sourceOffset, length, source.length);
    LinearMemory.check(address, length, bytes.length);
    System.arraycopy(source, sourceOffset, bytes, address, length);
  }

  @Override
  public void fill(int address, int length, byte value) {
    LinearMemory.check(address, length, bytes.length);
    Arrays.fill(bytes, address, address + length, value);
  }

  @Override
  public void copy(int target, int source, int length) {
    LinearMemory.check(source, length, bytes.length);
    LinearMemory.check(target, length, bytes.length);
    System.arraycopy(bytes, source, bytes, target, length);
  }
}
