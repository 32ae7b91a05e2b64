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
import io.millrace.memory.PrivateLinearMemory;

/**
 * The engine's view of a private {@link LinearMemory}: turns its index errors into the engine's
 * traps and keeps one instance's data segments.
 *
 * <p>Compiled guest code calls this class directly; nothing else implements the engine's Memory in
 * code compiled for {@link #KIND}, so that the calls stay monomorphic and inline.
 */
final class FlatMemory implements Memory {

  static final String KIND = "flat";

  private final PrivateLinearMemory memory;
  private DataSegment[] segments = {};

  FlatMemory(PrivateLinearMemory memory) {
    this.memory = memory;
  }

  PrivateLinearMemory linear() {
    return memory;
  }

  @Override
  public int pages() {
    return memory.pages();
  }

  @Override
  public int grow(int deltaPages) {
    return memory.grow(deltaPages);
  }

  @Override
  public int initialPages() {
    return memory.limits().initialPages();
  }

  @Override
  public int maximumPages() {
    return memory.limits().maximumPages();
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
    for (int i = 0; i < segments.length; i++) {
      if (segments[i] instanceof ActiveDataSegment active && active.index() == memoryIndex) {
        int offset =
            (int) ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
        byte[] data = active.data();
        if (!memory.contains(offset, data.length)) {
          throw new UninstantiableException(message(offset, data.length));
        }
        memory.write(offset, data, 0, data.length);
        // An active segment counts as dropped once it is applied (core specification 4.5.4).
        segments[i] = PassiveDataSegment.EMPTY;
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
    memory.fill(0, memory.sizeBytes(), (byte) 0);
  }

  @Override
  public void fill(byte value, int from, int to) {
    try {
      // The engine passes from + size, wrapped; the difference gives the unsigned size back.
      memory.fill(from, to - from, value);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(from, to - from, e);
    }
  }

  @Override
  public void copy(int target, int source, int size) {
    try {
      memory.copy(target, source, size);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(memory.contains(source, size) ? target : source, size, e);
    }
  }

  @Override
  public void write(int address, byte[] data, int offset, int size) {
    try {
      memory.write(address, data, offset, size);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, size, e);
    }
  }

  @Override
  public byte[] readBytes(int address, int size) {
    try {
      return memory.read(address, size);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, size, e);
    }
  }

  @Override
  public byte read(int address) {
    try {
      return memory.getByte(address);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 1, e);
    }
  }

  @Override
  public short readShort(int address) {
    try {
      return memory.getShort(address);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 2, e);
    }
  }

  @Override
  public long readU16(int address) {
    return readShort(address) & 0xFFFFL;
  }

  @Override
  public int readInt(int address) {
    try {
      return memory.getInt(address);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 4, e);
    }
  }

  @Override
  public long readLong(int address) {
    try {
      return memory.getLong(address);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 8, e);
    }
  }

  @Override
  public float readFloat(int address) {
    try {
      return memory.getFloat(address);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 4, e);
    }
  }

  @Override
  public long readF32(int address) {
    return readInt(address);
  }

  @Override
  public double readDouble(int address) {
    try {
      return memory.getDouble(address);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 8, e);
    }
  }

  @Override
  public long readF64(int address) {
    return readLong(address);
  }

  @Override
  public void writeByte(int address, byte value) {
    try {
      memory.putByte(address, value);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 1, e);
    }
  }

  @Override
  public void writeShort(int address, short value) {
    try {
      memory.putShort(address, value);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 2, e);
    }
  }

  @Override
  public void writeI32(int address, int value) {
    try {
      memory.putInt(address, value);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 4, e);
    }
  }

  @Override
  public void writeLong(int address, long value) {
    try {
      memory.putLong(address, value);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 8, e);
    }
  }

  @Override
  public void writeF32(int address, float value) {
    try {
      memory.putFloat(address, value);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 4, e);
    }
  }

  @Override
  public void writeF64(int address, double value) {
    try {
      memory.putDouble(address, value);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, 8, e);
    }
  }

  private WasmRuntimeException outOfBounds(int address, int size, IndexOutOfBoundsException e) {
    return new WasmRuntimeException(message(address, size), e);
  }

  /** The engine's own words, which its users' tests match. */
  private String message(int address, int size) {
    return "out of bounds memory access: attempted to access address: "
        + Integer.toUnsignedLong(address)
        + " but limit is: "
        + memory.sizeBytes()
        + " and size: "
        + Integer.toUnsignedLong(size);
  }
}
