package io.millrace.instance;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What instances that live on one shared memory leave to the next ones: a small number, for which
 * the guest keeps a stack, and the block that the host had from the guest's allocator. The block is
 * not given back to that: no code of an instance runs again that has failed. Several threads.
 */
final class InstanceSlots {

  private final BitSet taken = new BitSet();
  private final Deque<InstanceState.Block> arenas = new ArrayDeque<>();

  /** The lowest number that is free. */
  synchronized int take() {
    int slot = taken.nextClearBit(0);
    taken.set(slot);
    return slot;
  }

  synchronized void giveBack(int slot) {
    taken.clear(slot);
  }

  synchronized void leaveArena(InstanceState.Block block) {
    if (block.bytes() > 0) {
      arenas.push(block);
    }
  }

  /** The block that was left last; null if there is none. */
  synchronized InstanceState.@Nullable Block takeArena() {
    return arenas.poll();
  }
}
