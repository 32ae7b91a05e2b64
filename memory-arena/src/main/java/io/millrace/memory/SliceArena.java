package io.millrace.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Divides one block of linear memory into slices. The block comes from the guest's own allocator,
 * once; the arena then lends ranges of it without asking the guest again.
 *
 * <table>
 *   <caption>The kinds</caption>
 *   <tr><th>kind</th><th>threads</th><th>a range comes back</th></tr>
 *   <tr><td>{@link BumpArena}</td><td>one</td><td>all at once, at a reset</td></tr>
 *   <tr><td>{@link SizeClassArena}</td><td>many</td><td>each when it is released</td></tr>
 *   <tr><td>{@link BuddyArena}</td><td>many</td><td>the same, and merges with what is free beside
 *       it</td></tr>
 * </table>
 *
 * <pre>{@code
 * LinearMemory memory = new PrivateLinearMemory(new PageLimits(1, 16));
 * SliceArena arena = new SizeClassArena(memory, 0, 65_536);
 * Slice mine = arena.allocate(16, 8);
 * mine.putLong(0, 42);
 * Slice yours = mine.transfer(); // mine throws SliceStateException from now on
 * long answer = yours.getLong(0);
 * yours.tryRelease();
 * }</pre>
 */
public abstract sealed class SliceArena permits BumpArena, SizeClassArena, BuddyArena {

  /** A slice of another generation is stale. Counts resets; a field, since each access asks. */
  long generation;

  private final LinearMemory memory;
  private final int base;
  private final int capacityBytes;
  private final @Nullable LiveSlices tracking;

  SliceArena(LinearMemory memory, int base, int capacityBytes, boolean leakDetection) {
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
    this.tracking = leakDetection ? new LiveSlices() : null;
  }

  /**
   * Lends {@code lengthBytes} bytes whose address is a multiple of {@code alignment}. The bytes
   * hold whatever was there before.
   *
   * @param alignment a power of two
   * @throws ArenaExhaustedException when there is no room; slices lent before are unharmed
   * @throws IllegalArgumentException when the length is negative, or the alignment no power of two
   */
  public final Slice allocate(int lengthBytes, int alignment) {
    if (lengthBytes < 0) {
      throw new IllegalArgumentException(
          "lengthBytes is " + lengthBytes + ": it must be 0 or more");
    }
    if (alignment <= 0 || Integer.bitCount(alignment) != 1) {
      throw new IllegalArgumentException("alignment is " + alignment + ": use a power of two");
    }
    int offset = take(lengthBytes, alignment);
    Slice slice = new Slice(this, offset, lengthBytes, lengthBytes, generation);
    if (tracking != null) {
      tracking.add(slice);
    }
    return slice;
  }

  /** Bytes that the block holds. */
  public final int capacityBytes() {
    return capacityBytes;
  }

  /** Where the block starts in linear memory. */
  public final int base() {
    return base;
  }

  /** Bytes that are lent, padding and rounding included. */
  public abstract int usedBytes();

  /** The most bytes that were ever lent at once. */
  public abstract int highWaterBytes();

  /** Slices that are lent and neither released nor reset. */
  public abstract int liveSlices();

  /**
   * The live slices, and where each was allocated; the empty list unless the arena was made with
   * leak detection, which costs a stack trace for each allocation.
   */
  public final List<LiveSlice> leaks() {
    return tracking == null ? List.of() : tracking.list();
  }

  /**
   * A slice that is lent.
   *
   * @param offset where it lies
   * @param length its bytes
   * @param allocatedAt its stack trace is that of the call to {@link #allocate}
   */
  public record LiveSlice(int offset, int length, Throwable allocatedAt) {}

  /** Takes a range and answers its offset. */
  abstract int take(int lengthBytes, int alignment);

  /** Gives a range back. Called once for each, by the handle that won. */
  abstract void give(int offset, int lengthBytes);

  final void released(Slice slice) {
    if (tracking != null) {
      tracking.remove(slice);
    }
    give(slice.offset(), slice.allocatedBytes());
  }

  final void transferred(Slice from, Slice to) {
    if (tracking != null) {
      tracking.move(from, to);
    }
  }

  final void forgetAll() {
    if (tracking != null) {
      tracking.clear();
    }
  }

  final LinearMemory memory() {
    return memory;
  }
}
