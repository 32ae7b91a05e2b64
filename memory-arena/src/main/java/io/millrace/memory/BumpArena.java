package io.millrace.memory;

/**
 * An arena with one owner: {@link #allocate} moves a mark forward and makes one small handle;
 * {@link #reset} moves the mark back and starts a new generation, which ends every slice lent
 * before.
 *
 * <pre>
 *   base                mark                     base + capacity
 *    |  slice | slice |  |        free                |
 * </pre>
 *
 * <p>A release ends its slice and gives nothing back before the reset. One thread at a time.
 */
public final class BumpArena extends SliceArena {

  private int usedBytes;
  private int highWaterBytes;
  private int liveSlices;

  /**
   * Makes an arena over {@code capacityBytes} bytes at {@code base}, without leak detection.
   *
   * @throws IndexOutOfBoundsException when the block does not lie within the memory
   */
  public BumpArena(LinearMemory memory, int base, int capacityBytes) {
    this(memory, base, capacityBytes, false);
  }

  /**
   * Makes an arena over {@code capacityBytes} bytes at {@code base}.
   *
   * @param leakDetection whether {@link #leaks} tells where slices were allocated
   * @throws IndexOutOfBoundsException when the block does not lie within the memory
   */
  public BumpArena(LinearMemory memory, int base, int capacityBytes, boolean leakDetection) {
    super(memory, base, capacityBytes, leakDetection);
  }

  /** Takes everything back: each slice lent so far throws from now on. Costs three writes. */
  public void reset() {
    usedBytes = 0;
    liveSlices = 0;
    generation++;
    forgetAll();
  }

  @Override
  public int usedBytes() {
    return usedBytes;
  }

  @Override
  public int highWaterBytes() {
    return highWaterBytes;
  }

  @Override
  public int liveSlices() {
    return liveSlices;
  }

  @Override
  int take(int lengthBytes, int alignment) {
    // long arithmetic: used + padding + length may pass 2^31
    long mark = (long) base() + usedBytes;
    long start = (mark + alignment - 1) & -(long) alignment;
    long wanted = start - mark + lengthBytes;
    int free = capacityBytes() - usedBytes;
    if (wanted > free) {
      throw new ArenaExhaustedException(wanted, free, capacityBytes());
    }
    usedBytes += (int) wanted;
    highWaterBytes = Math.max(highWaterBytes, usedBytes);
    liveSlices++;
    return (int) start;
  }

  @Override
  void give(int offset, int lengthBytes) {
    liveSlices--;
  }
}
