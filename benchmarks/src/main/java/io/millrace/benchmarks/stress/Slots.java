package io.millrace.benchmarks.stress;

import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One memory for all states of a test. jcstress makes some ten thousand states at a time, and a
 * memory for each would be most of a gigabyte; so each gets zeroed cache lines of this one.
 */
final class Slots {

  static final SharedLinearMemory MEMORY = new SharedLinearMemory(new PageLimits(256, 256));

  static final int SLOT_BYTES = 64;

  private static final AtomicInteger NEXT = new AtomicInteger();

  private Slots() {}

  /** A slot that no state of the present iteration has: they come round after 262,144. */
  static int next() {
    return next(1);
  }

  /** As {@link #next()}, {@code slots} of them in a row, a power of two. */
  static int next(int slots) {
    int rows = MEMORY.sizeBytes() / SLOT_BYTES / slots;
    int bytes = slots * SLOT_BYTES;
    int address = Integer.remainderUnsigned(NEXT.getAndIncrement(), rows) * bytes;
    MEMORY.fill(address, bytes, (byte) 0);
    return address;
  }
}
