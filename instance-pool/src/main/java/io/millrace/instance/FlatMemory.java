package io.millrace.instance;

import io.millrace.memory.PrivateLinearMemory;

/** The engine's view of a {@link PrivateLinearMemory}; called by compiled guest code directly. */
final class FlatMemory extends EngineMemory {

  private final PrivateLinearMemory memory;

  FlatMemory(PrivateLinearMemory memory, boolean filled) {
    super(filled);
    this.memory = memory;
  }

  @Override
  PrivateLinearMemory linear() {
    return memory;
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
}
