package io.millrace.instance;

import io.millrace.memory.BumpArena;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.Slice;

/** Memory of the host's own that a codec can use as if it were the guest's. One thread. */
final class HostBlock {

  private LinearMemory memory = new PrivateLinearMemory(new PageLimits(0, 0));
  private BumpArena arena = new BumpArena(memory, 0, 0);

  /** A slice of so many bytes; any slice before it is dead. */
  Slice take(int bytes) {
    arena.reset();
    if (bytes > arena.capacityBytes()) {
      int pages = (int) (((long) bytes + PageLimits.PAGE_BYTES - 1) / PageLimits.PAGE_BYTES);
      memory = new PrivateLinearMemory(new PageLimits(pages, pages));
      arena = new BumpArena(memory, 0, memory.sizeBytes());
    }
    return arena.allocate(bytes, 1);
  }

  /** The same, with bytes in it. */
  Slice holding(byte[] bytes) {
    Slice slice = take(bytes.length);
    slice.write(0, bytes, 0, bytes.length);
    return slice;
  }

  /** A copy of what the last slice holds, or held. */
  byte[] written(int length) {
    return memory.read(0, length);
  }

  /** Another tenant comes: what is in it is not that one's to see. */
  void clear() {
    arena.reset();
    if (memory.sizeBytes() == 0) {
      return; // mostly: only codecs and replies that are their payload need it
    }
    memory = new PrivateLinearMemory(new PageLimits(0, 0));
    arena = new BumpArena(memory, 0, 0);
  }

  /** Whoever has a slice of it has none any more. */
  void end() {
    arena.reset();
  }
}
