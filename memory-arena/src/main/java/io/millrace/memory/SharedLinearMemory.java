package io.millrace.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * A linear memory that many instances on many threads share, as workers share a SharedArrayBuffer
 * (WebAssembly threads proposal). All methods may be called by any thread.
 *
 * <p>The backing is one direct buffer of the maximum size and 8 bytes more, charged to the JVM's
 * direct memory (-XX:MaxDirectMemorySize, by default as much as the heap) and zeroed at the start:
 * the whole maximum is resident from then on, and 2 GiB take a second or two. So ask for no more
 * than is needed. Growth only raises the present size, so no byte ever moves and a view stays good
 * for ever.
 *
 * <p>Loads, stores and bulk operations are plain: they take any alignment and may tear or be
 * reordered. {@link #atomics()} orders threads, and so do the waits and {@link #notify(int, int)}.
 *
 * <table>
 *   <caption>Access modes</caption>
 *   <tr><th>what</th><th>read</th><th>write</th><th>guard of writes</th></tr>
 *   <tr><td>sizeBytes</td><td>volatile</td><td>volatile, upwards only</td><td>monitor</td></tr>
 *   <tr><td>knownBytes</td><td>plain</td><td>plain</td><td>monitor</td></tr>
 *   <tr><td>bytes</td><td>plain, atomics volatile</td><td>plain or atomic</td><td>none</td></tr>
 * </table>
 */
public final class SharedLinearMemory implements LinearMemory {

  static final VarHandle SHORT = handle(short[].class);
  static final VarHandle INT = handle(int[].class);
  static final VarHandle LONG = handle(long[].class);
  static final VarHandle FLOAT = handle(float[].class);
  static final VarHandle DOUBLE = handle(double[].class);

  private static final byte[] ZEROS = new byte[4096];

  final ByteBuffer buffer;
  final WaiterQueues waiters;

  private final PageLimits limits;
  private final SharedAtomics atomics = new SharedAtomics(this);
  private final InitializationGate initialization = new InitializationGate();

  private volatile int sizeBytes;

  /** A plain copy of the size, which may be stale and is then smaller. */
  private int knownBytes;

  /** As {@link #SharedLinearMemory(PageLimits, BooleanSupplier)}; any thread may wait. */
  public SharedLinearMemory(PageLimits limits) {
    this(limits, () -> true);
  }

  /**
   * Makes a zeroed memory.
   *
   * @param mayBlock asked at each wait, whether the current thread may block
   * @throws OutOfMemoryError naming the limit and what to do, when the JVM has not got that much
   *     direct memory
   */
  public SharedLinearMemory(PageLimits limits, BooleanSupplier mayBlock) {
    buffer = Backing.direct(limits.maximumPages());
    this.limits = limits;
    waiters = new WaiterQueues(mayBlock);
    sizeBytes = limits.initialPages() * PageLimits.PAGE_BYTES;
    knownBytes = sizeBytes;
  }

  @Override
  public PageLimits limits() {
    return limits;
  }

  @Override
  public int pages() {
    return sizeBytes / PageLimits.PAGE_BYTES;
  }

  @Override
  public int sizeBytes() {
    return sizeBytes;
  }

  /** {@inheritDoc} Any thread; each of two growths at once adds its pages to the other's. */
  @Override
  public synchronized int grow(int deltaPages) {
    int before = pages();
    long wanted = before + Integer.toUnsignedLong(deltaPages);
    if (wanted > limits.maximumPages()) {
      return -1;
    }
    sizeBytes = (int) wanted * PageLimits.PAGE_BYTES;
    knownBytes = sizeBytes;
    return before;
  }

  /** The atomic loads, stores and read-modify-writes on this memory. */
  public SharedAtomics atomics() {
    return atomics;
  }

  @Override
  public byte getByte(int address) {
    return buffer.get(at(address, 1));
  }

  @Override
  public short getShort(int address) {
    return (short) SHORT.get(buffer, at(address, Short.BYTES));
  }

  @Override
  public int getInt(int address) {
    return (int) INT.get(buffer, at(address, Integer.BYTES));
  }

  @Override
  public long getLong(int address) {
    return (long) LONG.get(buffer, at(address, Long.BYTES));
  }

  @Override
  public float getFloat(int address) {
    return (float) FLOAT.get(buffer, at(address, Float.BYTES));
  }

  @Override
  public double getDouble(int address) {
    return (double) DOUBLE.get(buffer, at(address, Double.BYTES));
  }

  @Override
  public void putByte(int address, byte value) {
    buffer.put(at(address, 1), value);
  }

  @Override
  public void putShort(int address, short value) {
    SHORT.set(buffer, at(address, Short.BYTES), value);
  }

  @Override
  public void putInt(int address, int value) {
    INT.set(buffer, at(address, Integer.BYTES), value);
  }

  @Override
  public void putLong(int address, long value) {
    LONG.set(buffer, at(address, Long.BYTES), value);
  }

  @Override
  public void putFloat(int address, float value) {
    FLOAT.set(buffer, at(address, Float.BYTES), value);
  }

  @Override
  public void putDouble(int address, double value) {
    DOUBLE.set(buffer, at(address, Double.BYTES), value);
  }

  @Override
  public void write(int address, byte[] source, int sourceOffset, int length) {
    LinearMemory.check(sourceOffset, length, source.length);
    LinearMemory.check(address, length, sizeBytes);
    buffer.put(address, source, sourceOffset, length);
  }

  @Override
  public void read(int address, byte[] target, int targetOffset, int length) {
    LinearMemory.check(targetOffset, length, target.length);
    LinearMemory.check(address, length, sizeBytes);
    buffer.get(address, target, targetOffset, length);
  }

  @Override
  public void fill(int address, int length, byte value) {
    LinearMemory.check(address, length, sizeBytes);
    byte[] chunk = ZEROS;
    if (value != 0) {
      chunk = new byte[Math.min(length, ZEROS.length)];
      Arrays.fill(chunk, value);
    }
    // From a chunk, and not from what was just filled: other threads may write there meanwhile.
    for (int done = 0; done < length; done += chunk.length) {
      buffer.put(address + done, chunk, 0, Math.min(chunk.length, length - done));
    }
  }

  @Override
  public void copy(int target, int source, int length) {
    LinearMemory.check(source, length, sizeBytes);
    LinearMemory.check(target, length, sizeBytes);
    buffer.put(target, buffer, source, length);
  }

  /** A little-endian view of {@code length} bytes, without a copy, that no growth detaches. */
  @Override
  public ByteBuffer view(int address, int length) {
    LinearMemory.check(address, length, sizeBytes);
    return buffer.slice(address, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public ByteBuffer readOnlyView(int address, int length) {
    return view(address, length).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Blocks while the int at {@code address} is {@code expected}, until notified
   * (memory.atomic.wait32 of the threads proposal).
   *
   * @param timeoutNanos at most this long; 0 not at all, negative for ever
   * @return 0 notified, 1 the int is not {@code expected}, 2 timed out
   * @throws IndexOutOfBoundsException when the int does not lie within the memory
   * @throws IllegalArgumentException when the address is not a multiple of 4
   * @throws IllegalStateException when the current thread may not block
   * @throws InterruptedException when interrupted before it was notified
   */
  public int waitInt(int address, int expected, long timeoutNanos) throws InterruptedException {
    atomics.aligned(address, Integer.BYTES);
    return waiters.await(address, () -> atomics.getInt(address) == expected, timeoutNanos);
  }

  /** As {@link #waitInt}, for a long at a multiple of 8 (memory.atomic.wait64). */
  public int waitLong(int address, long expected, long timeoutNanos) throws InterruptedException {
    atomics.aligned(address, Long.BYTES);
    return waiters.await(address, () -> atomics.getLong(address) == expected, timeoutNanos);
  }

  /**
   * Wakes those that wait longest at {@code address}, for an int or a long (memory.atomic.notify).
   *
   * @param count how many at most, unsigned: -1 wakes all
   * @return how many were woken; each of them answers 0
   * @throws IndexOutOfBoundsException when an int there does not lie within the memory
   * @throws IllegalArgumentException when the address is not a multiple of 4
   */
  public int notify(int address, int count) {
    atomics.aligned(address, Integer.BYTES);
    return waiters.notify(address, count);
  }

  /** Who applies the active data segments: they go into a shared memory once, not per instance. */
  public InitializationGate initialization() {
    return initialization;
  }

  /** Vouches for {@code widthBytes} bytes at {@code address}. */
  int at(int address, int widthBytes) {
    // A stale size can refuse wrongly, never admit wrongly. So the plain one, which the JIT may
    // keep in a register, is enough to admit; before refusing, the present one is asked.
    if (address < 0 || address > knownBytes - widthBytes) {
      LinearMemory.check(address, widthBytes, sizeBytes);
    }
    return address;
  }

  private static VarHandle handle(Class<?> array) {
    return MethodHandles.byteBufferViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }
}
