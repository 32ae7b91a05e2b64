package io.millrace.instance;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.UninstantiableException;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import io.millrace.memory.FlatLinearMemory;
import io.millrace.memory.LinearMemory;
import org.jspecify.annotations.Nullable;

/**
 * What the engine's view of a linear memory needs beside loads and stores: one instance's data
 * segments, size and growth, bulk operations, and the engine's own traps.
 *
 * <p>Loads and stores are written out in each subclass, against its one final kind of memory: a
 * shared method that meets two kinds is compiled for both, at half the speed.
 */
abstract class EngineMemory implements Memory {

  private final boolean filled;
  private @Nullable PageBudget budget;
  private @Nullable ParkedMemories parked;
  private int budgeted;
  private DataSegment[] segments = {};

  /**
   * @param filled whether the memory holds what a start would put there, so that the active
   *     segments are not to be applied
   */
  EngineMemory(boolean filled) {
    this.filled = filled;
  }

  abstract LinearMemory linear();

  @Override
  public final int pages() {
    return linear().pages();
  }

  /**
   * From now on the memory's growth counts in {@code pages}, where its size was taken from.
   *
   * @param afterwards where the memory may go when nobody uses it any more
   */
  final void charge(PageBudget pages, ParkedMemories afterwards) {
    budget = pages;
    budgeted = pages();
    parked = afterwards;
  }

  /** Gives the pages back, once. */
  final void discard() {
    if (budget != null) {
      budget.giveBack(budgeted);
      budget = null;
    }
  }

  /**
   * Leaves the memory to a later instance, which begins with the same snapshot; no code of this one
   * may run again. Gives the pages back where that cannot be.
   */
  final void park() {
    if (budget != null
        && parked != null
        && linear() instanceof FlatLinearMemory memory
        && memory.sizeBytes() == memory.lastSnapshot().sizeBytes()
        && parked.offer(memory)) {
      budget = null;
    }
    discard();
  }

  /** Leaves what it has of a shared memory to the next instance; no code of this one runs again. */
  void vacate() {}

  /** Brings the memory back to its snapshot, and gives the pages of undone growth back. */
  final void restore() {
    ((FlatLinearMemory) linear()).restore();
    if (budget != null && budgeted != pages()) {
      budget.giveBack(budgeted - pages());
      budgeted = pages();
    }
  }

  @Override
  public final int grow(int deltaPages) {
    PageBudget pages = budget;
    if (pages == null || deltaPages <= 0) {
      return linear().grow(deltaPages);
    }
    if (!(parked == null ? pages.tryTake(deltaPages) : parked.tryTake(deltaPages))) {
      return -1;
    }
    int before = linear().grow(deltaPages);
    if (before < 0) {
      pages.giveBack(deltaPages);
    } else {
      budgeted += deltaPages;
    }
    return before;
  }

  @Override
  public final int initialPages() {
    return linear().limits().initialPages();
  }

  @Override
  public final int maximumPages() {
    return linear().limits().maximumPages();
  }

  @Override
  public boolean shared() {
    return false;
  }

  /** The engine's default atomics lock this; on a private memory there is nobody to lock out. */
  @Override
  @SuppressWarnings("removal")
  public Object lock(int address) {
    return this;
  }

  @Override
  @SuppressWarnings("removal")
  public int waitOn(int address, int expected, long timeout) {
    throw new ChicoryException("expected shared memory");
  }

  @Override
  @SuppressWarnings("removal")
  public int waitOn(int address, long expected, long timeout) {
    throw new ChicoryException("expected shared memory");
  }

  @Override
  @SuppressWarnings("removal")
  public int notify(int address, int maxThreads) {
    readInt(address);
    return 0;
  }

  @Override
  public void initialize(Instance instance, DataSegment[] dataSegments) {
    initialize(instance, dataSegments, 0);
  }

  @Override
  public void initialize(Instance instance, DataSegment[] dataSegments, int memoryIndex) {
    if (dataSegments == null) {
      return;
    }
    // The instance's own array, not a copy: data.drop writes there.
    segments = dataSegments;
    if (!filled) {
      fill(() -> applyActiveSegments(instance, memoryIndex));
    }
    for (int i = 0; i < segments.length; i++) {
      if (segments[i] instanceof ActiveDataSegment) {
        // An active segment counts as dropped once it is applied (core specification 4.5.4).
        segments[i] = PassiveDataSegment.EMPTY;
      }
    }
  }

  /** Applies the active segments; a memory that several instances see does so once. */
  void fill(Runnable activeSegments) {
    activeSegments.run();
  }

  private void applyActiveSegments(Instance instance, int memoryIndex) {
    for (DataSegment segment : segments) {
      if (segment instanceof ActiveDataSegment active && active.index() == memoryIndex) {
        int offset =
            (int) ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
        byte[] data = active.data();
        if (!linear().contains(offset, data.length)) {
          throw new UninstantiableException(message(offset, data.length));
        }
        linear().write(offset, data, 0, data.length);
      }
    }
  }

  @Override
  public void initPassiveSegment(int segmentId, int target, int offset, int size) {
    write(target, segments[segmentId].data(), offset, size);
  }

  @Override
  public void drop(int segmentId) {
    segments[segmentId] = PassiveDataSegment.EMPTY;
  }

  /** Which data segments are there still, by their numbers. */
  final DataSegment[] dataSegments() {
    return segments.clone();
  }

  final void dataSegments(DataSegment[] present) {
    System.arraycopy(present, 0, segments, 0, segments.length);
  }

  /**
   * Nothing. The engine calls it once, before it applies the segments: the memory was made zeroed
   * for this instance, or filled, or belongs to others too.
   */
  @Override
  public final void zero() {}

  @Override
  public void fill(byte value, int from, int to) {
    try {
      // The engine passes from + size, wrapped; the difference gives the unsigned size back.
      linear().fill(from, to - from, value);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(from, to - from, e);
    }
  }

  @Override
  public void copy(int target, int source, int size) {
    try {
      linear().copy(target, source, size);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(linear().contains(source, size) ? target : source, size, e);
    }
  }

  @Override
  public void write(int address, byte[] data, int offset, int size) {
    try {
      linear().write(address, data, offset, size);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, size, e);
    }
  }

  @Override
  public byte[] readBytes(int address, int size) {
    try {
      return linear().read(address, size);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, size, e);
    }
  }

  /** As compiled code reports an interrupt: the thread's flag stays set. */
  static ChicoryInterruptedException interrupted(InterruptedException stop) {
    Thread.currentThread().interrupt();
    return new ChicoryInterruptedException("interrupted", stop);
  }

  /** A trap that ends the guest's call. */
  static TrapException trap(String why) {
    return new TrapException(why);
  }

  final void requireInBounds(int address, int widthBytes) {
    if (!linear().contains(address, widthBytes)) {
      throw new WasmRuntimeException(message(address, widthBytes));
    }
  }

  final WasmRuntimeException outOfBounds(int address, int size, IndexOutOfBoundsException e) {
    return new WasmRuntimeException(message(address, size), e);
  }

  /** The engine's own words, which its users' tests match. */
  private String message(int address, int size) {
    return "out of bounds memory access: attempted to access address: "
        + Integer.toUnsignedLong(address)
        + " but limit is: "
        + linear().sizeBytes()
        + " and size: "
        + Integer.toUnsignedLong(size);
  }
}
