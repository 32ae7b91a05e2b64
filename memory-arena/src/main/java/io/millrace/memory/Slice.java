package io.millrace.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/**
 * A range of linear memory lent by a {@link SliceArena}: an offset, a length and the arena's
 * generation at the time.
 *
 * <pre>
 *            transfer()                        the new handle is OWNED,
 *   OWNED --------------> TRANSFERRED          this one is of no use any more; it may be shorter
 *     |      tryRelease()
 *     +-----------------> RELEASED             the range goes back to the arena
 *     |      Slices.transferAll()
 *     +-----------------> PLEDGED              to TRANSFERRED with all others of its list,
 *     |                    | tryRelease()      or back to OWNED with all of them
 *     |                    +-> LET_GO          the same, but RELEASED in place of OWNED
 *     |      arena.reset()
 *     +-----------------> stale                generation is not the arena's
 * </pre>
 *
 * <p>A slice stays valid when the memory grows, because it is an offset and not a pointer. In any
 * state but OWNED every access throws {@link SliceStateException}, so that a stale slice never
 * reads what another invocation wrote. Handles are never used again: a range that is lent anew gets
 * a new one. Indices count from the slice's own start; one out of its bounds throws {@link
 * IndexOutOfBoundsException}. A load or store costs what it costs on a bare array and allocates
 * nothing; a view is 112 bytes of heap.
 *
 * <p>Threads: as its memory. Transfer and release are decided by one compare-and-set, so of several
 * threads one wins. An access that another thread's transfer or release overtakes may still happen,
 * as with any memory that is shared without an agreement; and since the JIT may ask for the state
 * once for a whole loop, so may the rest of a loop. Who can know of the end (by a volatile, a
 * queue, an atomic of the memory) is refused.
 *
 * <table>
 *   <caption>Access to {@code state}</caption>
 *   <tr><th>who</th><th>mode</th></tr>
 *   <tr><td>each access</td><td>plain read</td></tr>
 *   <tr><td>transfer, tryRelease</td><td>compare-and-set from OWNED, or PLEDGED</td></tr>
 *   <tr><td>redeem</td><td>compare-and-set from PLEDGED; volatile write over LET_GO</td></tr>
 *   <tr><td>handOver</td><td>volatile write over PLEDGED or LET_GO</td></tr>
 * </table>
 */
public final class Slice {

  private static final int OWNED = 0;
  private static final int TRANSFERRED = 1;
  private static final int RELEASED = 2;

  /** In a list that is being transferred; owned again should the list not go through. */
  private static final int PLEDGED = 3;

  /** Pledged, and released meanwhile: the range goes back should the list not go through. */
  private static final int LET_GO = 4;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Slice.class, "state", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final SliceArena arena;
  private final int offset;
  private final int length;

  /** Of the range as it was allocated: what goes back, however little of it was handed over. */
  private final int allocatedBytes;

  private final long generation;

  /**
   * Starts as OWNED, the default, and is not assigned: a thread that got the handle through a race
   * could end it first, and an assignment that came late would then bring it back to life.
   */
  private int state;

  Slice(SliceArena arena, int offset, int length, int allocatedBytes, long generation) {
    this.arena = arena;
    this.offset = offset;
    this.length = length;
    this.allocatedBytes = allocatedBytes;
    this.generation = generation;
  }

  /** Bytes of its range, as it was allocated. */
  int allocatedBytes() {
    return allocatedBytes;
  }

  /** Where the slice starts in linear memory; what is handed to the guest as a pointer. */
  public int offset() {
    return offset;
  }

  /** Bytes in the slice. */
  public int length() {
    return length;
  }

  /** Whether it is a range of {@code memory}. */
  public boolean isIn(LinearMemory memory) {
    return arena.memory() == memory;
  }

  /** Whether an access would be let through. */
  public boolean isLive() {
    return state == OWNED && generation == arena.generation;
  }

  /**
   * Hands the range over: answers a new handle to it, and this one is dead from now on.
   *
   * @throws SliceStateException when this handle is not live, or another thread was first
   */
  public Slice transfer() {
    return transfer(length);
  }

  /**
   * The same with the first {@code prefixBytes} bytes only: the receiver can reach no more. The
   * rest of the range is nobody's until the receiver releases all of it.
   *
   * @throws SliceStateException as above
   * @throws IndexOutOfBoundsException when the slice is shorter; this handle works as before
   */
  public Slice transfer(int prefixBytes) {
    range(0, prefixBytes);
    if (!tryPledge()) {
      throw stateException();
    }
    return handOver(prefixBytes);
  }

  /** The first step of two. Answers whether this call pledged it. */
  boolean tryPledge() {
    return isLive() && STATE.compareAndSet(this, OWNED, PLEDGED);
  }

  /** Takes a pledge back; only after {@link #tryPledge}. */
  void redeem() {
    if (!STATE.compareAndSet(this, PLEDGED, OWNED)) {
      STATE.setVolatile(this, RELEASED);
      arena.released(this);
    }
  }

  /** The second step, after {@link #tryPledge}: as {@link #transfer}. */
  Slice handOver() {
    return handOver(length);
  }

  private Slice handOver(int prefixBytes) {
    STATE.setVolatile(this, TRANSFERRED);
    Slice receiver = new Slice(arena, offset, prefixBytes, allocatedBytes, generation);
    arena.transferred(this, receiver);
    return receiver;
  }

  /**
   * Gives the range back to the arena. Harmless when repeated, and on a handle that was transferred
   * or went stale. While another thread is about to transfer it, what becomes of the transfer
   * decides: if it is refused, the range goes back then.
   *
   * @return whether this call gave it back
   */
  public boolean tryRelease() {
    while (generation == arena.generation) {
      int seen = (int) STATE.getVolatile(this);
      if (seen == PLEDGED && STATE.compareAndSet(this, PLEDGED, LET_GO)) {
        return false;
      }
      if (seen == OWNED && STATE.compareAndSet(this, OWNED, RELEASED)) {
        arena.released(this);
        return true;
      }
      if (seen != OWNED && seen != PLEDGED) {
        return false;
      }
    }
    return false;
  }

  /** Loads the byte at {@code index}. */
  public byte getByte(int index) {
    return KindDispatch.getByte(memory(), offset + range(index, 1));
  }

  /** Loads the little-endian int at {@code index}. */
  public int getInt(int index) {
    return KindDispatch.getInt(memory(), offset + range(index, Integer.BYTES));
  }

  /** Loads the little-endian long at {@code index}. */
  public long getLong(int index) {
    return KindDispatch.getLong(memory(), offset + range(index, Long.BYTES));
  }

  /** Stores a byte at {@code index}. */
  public void putByte(int index, byte value) {
    KindDispatch.putByte(memory(), offset + range(index, 1), value);
  }

  /** Stores a little-endian int at {@code index}. */
  public void putInt(int index, int value) {
    KindDispatch.putInt(memory(), offset + range(index, Integer.BYTES), value);
  }

  /** Stores a little-endian long at {@code index}. */
  public void putLong(int index, long value) {
    KindDispatch.putLong(memory(), offset + range(index, Long.BYTES), value);
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
   * A little-endian view of the whole slice, without a copy.
   *
   * <p><strong>Use it at once, and do not keep it.</strong> Other than the slice, a view cannot
   * notice growth, reset, transfer or release: one that is kept goes on reading and writing that
   * part of memory, whoever it belongs to by then, another tenant included. Where code is not
   * trusted to drop its views, give it bytes through {@link #read} and {@link #write} instead.
   */
  public ByteBuffer view() {
    return memory().view(offset, length);
  }

  /**
   * As {@link #view}, to read from only. In a memory that tracks changes it is the cheaper one: the
   * slice does not count as changed.
   */
  public ByteBuffer readOnlyView() {
    return memory().readOnlyView(offset, length);
  }

  /** The slice as 32-bit integers; as {@link #view}, offset and length multiples of 4. */
  public IntBuffer intView() {
    return aligned(Integer.BYTES).asIntBuffer();
  }

  /** The slice as 64-bit integers; as {@link #view}, offset and length multiples of 8. */
  public LongBuffer longView() {
    return aligned(Long.BYTES).asLongBuffer();
  }

  /** The slice as 32-bit floats; as {@link #view}, offset and length multiples of 4. */
  public FloatBuffer floatView() {
    return aligned(Float.BYTES).asFloatBuffer();
  }

  /** The slice as 64-bit floats; as {@link #view}, offset and length multiples of 8. */
  public DoubleBuffer doubleView() {
    return aligned(Double.BYTES).asDoubleBuffer();
  }

  /** As a browser's TypedArray, which refuses an odd offset or length with a RangeError. */
  private ByteBuffer aligned(int elementBytes) {
    if (offset % elementBytes != 0 || length % elementBytes != 0) {
      throw new IllegalArgumentException(
          "slice of "
              + length
              + " bytes at "
              + offset
              + " cannot be seen as elements of "
              + elementBytes
              + " bytes: allocate it with that alignment, and a whole number of them");
    }
    return view();
  }

  private LinearMemory memory() {
    if (!isLive()) {
      throw stateException();
    }
    return arena.memory();
  }

  SliceStateException stateException() {
    String what = "slice of " + length + " bytes at " + offset + " ";
    return new SliceStateException(
        switch ((int) STATE.getVolatile(this)) {
          case TRANSFERRED -> what + "was transferred: its receiver has the handle that works";
          case PLEDGED, LET_GO ->
              what + "is in a list that is being transferred: it has no owner now";
          case RELEASED -> what + "was released: allocate a new one";
          default ->
              what
                  + "belongs to generation "
                  + generation
                  + ", the arena was reset and is at "
                  + arena.generation
                  + ": allocate a new one";
        });
  }

  private int range(int index, int count) {
    if (index < 0 || count < 0 || count > length - index) {
      throw new IndexOutOfBoundsException(
          count + " bytes at index " + index + " do not fit a slice of " + length + " bytes");
    }
    return index;
  }
}
