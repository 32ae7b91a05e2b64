package io.millrace.instance;

import io.millrace.memory.InitializationGate;
import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

/**
 * One instance's view of a {@link SharedLinearMemory}: data segments of its own, bytes in common.
 *
 * <p>The first instance applies the active segments; those that start meanwhile wait for it, and no
 * later one writes them over live data.
 */
final class SharedMemory extends AtomicMemory {

  private static final int NO_SLOT = -1;

  private final SharedLinearMemory memory;
  private final InstanceSlots slots;
  private int slot = NO_SLOT;

  /** For an instance that shares with no other one that has a slot. */
  SharedMemory(SharedLinearMemory memory) {
    this(memory, new InstanceSlots());
  }

  SharedMemory(SharedLinearMemory memory, InstanceSlots slots) {
    super(memory.atomics());
    this.memory = memory;
    this.slots = slots;
  }

  /** The number that no other living instance on this memory has; taken when first asked for. */
  synchronized int slot() {
    if (slot == NO_SLOT) {
      slot = slots.take();
    }
    return slot;
  }

  /** Leaves an arena's block, which nobody uses any more, to a later instance on this memory. */
  void leaveArena(InstanceState.Block block) {
    slots.leaveArena(block);
  }

  /** A block that an instance has left, if there is one. */
  InstanceState.@Nullable Block takeArena() {
    return slots.takeArena();
  }

  @Override
  synchronized void vacate() {
    if (slot != NO_SLOT) {
      slots.giveBack(slot);
      slot = NO_SLOT;
    }
  }

  /** A memory whose waits are refused on Reactor's non-blocking threads. */
  static SharedLinearMemory region(PageLimits limits) {
    return new SharedLinearMemory(limits, () -> !Schedulers.isInNonBlockingThread());
  }

  @Override
  SharedLinearMemory linear() {
    return memory;
  }

  @Override
  public boolean shared() {
    return true;
  }

  @Override
  void fill(Runnable activeSegments) {
    InitializationGate gate = memory.initialization();
    try {
      while (!gate.awaitInitialized()) {
        if (gate.tryInitialize()) {
          fillAsTheFirst(gate, activeSegments);
        }
      }
    } catch (InterruptedException stop) {
      throw interrupted(stop);
    }
  }

  private static void fillAsTheFirst(InitializationGate gate, Runnable activeSegments) {
    boolean applied = false;
    try {
      activeSegments.run();
      applied = true;
    } finally {
      if (applied) {
        gate.initialized();
      } else {
        gate.initializationFailed();
      }
    }
  }

  @Override
  public int atomicWait(int address, int expected, long timeoutNanos) {
    requireInBounds(address, Integer.BYTES);
    return waiting(() -> memory.waitInt(address, expected, timeoutNanos));
  }

  @Override
  public int atomicWait(int address, long expected, long timeoutNanos) {
    requireInBounds(address, Long.BYTES);
    return waiting(() -> memory.waitLong(address, expected, timeoutNanos));
  }

  @Override
  public int atomicNotify(int address, int count) {
    requireInBounds(address, Integer.BYTES);
    return memory.notify(address, count);
  }

  @FunctionalInterface
  private interface Wait {
    int end() throws InterruptedException;
  }

  private static int waiting(Wait wait) {
    try {
      return wait.end();
    } catch (InterruptedException stop) {
      throw interrupted(stop);
    } catch (IllegalStateException mayNotBlock) {
      throw trap(String.valueOf(mayNotBlock.getMessage()));
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
}
