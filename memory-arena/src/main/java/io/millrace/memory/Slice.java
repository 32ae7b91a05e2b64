package io.millrace.memory;

import java.nio.ByteBuffer;

/**
 * A range of linear memory lent by a {@link SliceArena}: an offset, a length and the arena's
 * generation at the time.
 *
 * <p>A slice stays valid when the memory grows, because it is an offset and not a pointer. Once its
 * arena is reset, or once it is released, every access throws {@link SliceStateException}: a stale
 * slice never reads what another invocation wrote. Indices count from the slice's own start; one
 * out of its bounds throws {@link IndexOutOfBoundsException}.
 *
 * <p>One thread at a time, the one that owns the arena.
 */
public final class Slice {

  private final SliceArena arena;
  private final int offset;
  private final int length;
  private final long generation;
  private boolean released;

  Slice(SliceArena arena, int offset, int length, long generation) {
    this.arena = arena;
    this.offset = offset;
    this.length = length;
    this.generation = generation;
  }

  /** Where the slice starts in linear memory; what is handed to the guest as a pointer. */
  public int offset() {
    return offset;
  }

  /** Bytes in the slice. */
  public int length() {
    return length;
  }

  /** Whether an access would be let through. */
  public boolean isLive() {
    return !released && generation == arena.generation();
  }

  /** Loads the byte at {@code index}. */
  public byte getByte(int index) {
    return memory().getByte(offset + range(index, 1));
  }

  /** Stores a byte at {@code index}. */
  public void putByte(int index, byte value) {
    memory().putByte(offset + range(index, 1), value);
  }

  /** Copies {@code count} bytes of {@code source} into the slice at {@code index}. */
  public void write(int index, byte[] source, int sourceOffset, int count) {
    memory().write(offset + range(index, count), source, sourceOffset, count);
  }

  /** Copies {@code count} bytes of the slice at {@code index} into {@code target}. */
  public void read(int index, byte[] target, int targetOffset, int count) {
    memory().read(offset + range(index, count), target, targetOffset, count);
  }

  /**
   * A little-endian view of the whole slice, without a copy. Use it at once: a view cannot notice
   * growth, reset or release.
   */
  public ByteBuffer view() {
    return memory().view(offset, length);
  }

  /**
   * Gives the range up: every later access throws. The bytes come back to the arena at its next
   * reset. Harmless when repeated.
   */
  public void release() {
    released = true;
  }

  private LinearMemory memory() {
    if (released) {
      throw new SliceStateException(
          "slice of " + length + " bytes at " + offset + " was released: allocate a new one");
    }
    if (generation != arena.generation()) {
      throw new SliceStateException(
          "slice of "
              + length
              + " bytes at "
              + offset
              + " belongs to generation "
              + generation
              + ", the arena was reset and is at "
              + arena.generation()
              + ": allocate a new one");
    }
    return arena.memory();
  }

  private int range(int index, int count) {
    if (index < 0 || count < 0 || count > length - index) {
      throw new IndexOutOfBoundsException(
          count + " bytes at index " + index + " do not fit a slice of " + length + " bytes");
    }
    return index;
  }
}
