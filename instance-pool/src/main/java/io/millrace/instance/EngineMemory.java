package io.millrace.instance;

import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.UninstantiableException;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import io.millrace.memory.LinearMemory;

/**
 * What the engine's view of a linear memory needs beside loads and stores: one instance's data
 * segments, size and growth, bulk operations, and the engine's own traps.
 *
 * <p>Loads and stores are written out in each subclass, against its one final kind of memory: a
 * shared method that meets two kinds is compiled for both, at half the speed.
 */
abstract class EngineMemory implements Memory {

  private DataSegment[] segments = {};

  abstract LinearMemory linear();

  @Override
  public final int pages() {
    return linear().pages();
  }

  @Override
  public final int grow(int deltaPages) {
    return linear().grow(deltaPages);
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
    // A copy, since drop() writes to it.
    segments = dataSegments.clone();
    applyActiveSegments(instance, memoryIndex);
    for (int i = 0; i < segments.length; i++) {
      if (segments[i] instanceof ActiveDataSegment) {
        // An active segment counts as dropped once it is applied (core specification 4.5.4).
        segments[i] = PassiveDataSegment.EMPTY;
      }
    }
  }

  void applyActiveSegments(Instance instance, int memoryIndex) {
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

  @Override
  public void zero() {
    linear().fill(0, linear().sizeBytes(), (byte) 0);
  }

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
