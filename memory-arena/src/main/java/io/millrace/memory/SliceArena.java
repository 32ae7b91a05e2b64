package io.millrace.memory;

/**
 * A bump arena over one block of linear memory.
 *
 * <p>The block comes from the guest's own allocator, once; the arena then divides it without asking
 * the guest again. {@link #allocate} moves a mark forward and makes one small handle; {@link
 * #reset} moves the mark back and starts a new generation, which ends every slice lent before.
 *
 * <pre>
 *   base                mark                     base + capacity
 *    |  slice | slice |  |        free                |
 * </pre>
 *
 * <p>One thread at a time.
 */
public final class SliceArena {

  private final LinearMemory memory;
  private final int base;
  private final int capacityBytes;
  private int usedBytes;
  private int highWaterBytes;
  private long generation;

  /**
   * Makes an arena over {@code capacityBytes} bytes at {@code base}.
   *
   * @throws IndexOutOfBoundsException when the block does not lie within the memory
   */
  public SliceArena(LinearMemory memory, int base, int capacityBytes) {
    if (capacityBytes < 0 || !memory.contains(base, capacityBytes)) {
      throw new IndexOutOfBoundsException(
          "arena of "
              + capacityBytes
              + " bytes at "
              + Integer.toUnsignedLong(base)
              + " does not lie within a memory of "
              + memory.sizeBytes()
              + " bytes");
    }
    this.memory = memory;
    this.base = base;
    this.capacityBytes = capacityBytes;
  }

  /**
   * Lends {@code lengthBytes} bytes whose address is a multiple of {@code alignment}. The bytes
   * hold whatever was there before.
   *
   * @param alignment a power of two
   * @throws ArenaExhaustedException when there is no room
   * @throws IllegalArgumentException when the length is negative or the alignment no power of two
   */
  public Slice allocate(int lengthBytes, int alignment) {
    if (lengthBytes < 0) {
      throw new IllegalArgumentException(
          "lengthBytes is " + lengthBytes + ": it must be 0 or more");
    }
    if (alignment <= 0 || Integer.bitCount(alignment) != 1) {
      throw new IllegalArgumentException("alignment is " + alignment + ": use a power of two");
    }
    // long arithmetic: used + padding + length may pass 2^31
    long mark = (long) base + usedBytes;
    long start = (mark + alignment - 1) & -(long) alignment;
    long wanted = start - mark + lengthBytes;
    int free = capacityBytes - usedBytes;
    if (wanted > free) {
      throw new ArenaExhaustedException(wanted, free, capacityBytes);
    }
    usedBytes += (int) wanted;
    highWaterBytes = Math.max(highWaterBytes, usedBytes);
    return new Slice(this, (int) start, lengthBytes, generation);
  }

  /** Takes everything back: each slice lent so far throws from now on. Costs two writes. */
  public void reset() {
    usedBytes = 0;
    generation++;
  }

  /** Bytes that the block holds. */
  public int capacityBytes() {
    return capacityBytes;
  }

  /** Bytes lent since the last reset, padding included. */
  public int usedBytes() {
    return usedBytes;
  }

  /** The most bytes that were ever in use between two resets. */
  public int highWaterBytes() {
    return highWaterBytes;
  }

  /** Where the block starts in linear memory. */
  public int base() {
    return base;
  }

  long generation() {
    return generation;
  }

  LinearMemory memory() {
    return memory;
  }
}
