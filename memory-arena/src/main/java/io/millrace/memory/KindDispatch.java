package io.millrace.memory;

/**
 * Loads and stores that stay cheap in a process with several kinds of memory. The JIT compiles a
 * call through {@link LinearMemory} for the kinds that it has met there, and gives up at the third:
 * each access of a slice then costs ten times what it costs alone. A test for a class is one
 * comparison, which the JIT moves out of loops.
 */
final class KindDispatch {

  private KindDispatch() {}

  static byte getByte(LinearMemory memory, int address) {
    return memory instanceof FlatLinearMemory flat
        ? flat.getByte(address)
        : ((SharedLinearMemory) memory).getByte(address);
  }

  static int getInt(LinearMemory memory, int address) {
    return memory instanceof FlatLinearMemory flat
        ? flat.getInt(address)
        : ((SharedLinearMemory) memory).getInt(address);
  }

  static long getLong(LinearMemory memory, int address) {
    return memory instanceof FlatLinearMemory flat
        ? flat.getLong(address)
        : ((SharedLinearMemory) memory).getLong(address);
  }

  static void putByte(LinearMemory memory, int address, byte value) {
    if (memory instanceof PrivateLinearMemory flat) {
      flat.putByte(address, value);
    } else if (memory instanceof TrackedLinearMemory tracked) {
      tracked.putByte(address, value);
    } else {
      ((SharedLinearMemory) memory).putByte(address, value);
    }
  }

  static void putInt(LinearMemory memory, int address, int value) {
    if (memory instanceof PrivateLinearMemory flat) {
      flat.putInt(address, value);
    } else if (memory instanceof TrackedLinearMemory tracked) {
      tracked.putInt(address, value);
    } else {
      ((SharedLinearMemory) memory).putInt(address, value);
    }
  }

  static void putLong(LinearMemory memory, int address, long value) {
    if (memory instanceof PrivateLinearMemory flat) {
      flat.putLong(address, value);
    } else if (memory instanceof TrackedLinearMemory tracked) {
      tracked.putLong(address, value);
    } else {
      ((SharedLinearMemory) memory).putLong(address, value);
    }
  }
}
