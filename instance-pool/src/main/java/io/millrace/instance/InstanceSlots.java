package io.millrace.instance;

import java.util.BitSet;

/**
 * Small numbers for the instances that live on one shared memory: a guest keeps a stack for each
 * number, and an instance that is gone leaves its own to the next one. Several threads.
 */
final class InstanceSlots {

  private final BitSet taken = new BitSet();

  /** The lowest number that is free. */
  synchronized int take() {
    int slot = taken.nextClearBit(0);
    taken.set(slot);
    return slot;
  }

  synchronized void giveBack(int slot) {
    taken.clear(slot);
  }
}
