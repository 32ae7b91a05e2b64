package io.millrace.instance;

import io.millrace.memory.BumpArena;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.Slice;
import org.jspecify.annotations.Nullable;

/**
 * One block of the guest's for the payload of one call after the other, replaced by a larger one
 * when a payload does not fit. Holds the pair that a function stores its result's place in, too.
 */
final class InputArena {

  private static final int FIRST_BYTES = 64 * 1024;

  /** Room for the padding that brings an odd block to the payload's alignment. */
  private static final int ALIGNMENT_BYTES = 8;

  private final GuestBlocks blocks;
  private final LinearMemory memory;
  private final int payloadLimitBytes;
  private final int pairBytes;

  /** What is needed beside the payload. */
  private final int besideBytes;

  private BumpArena arena;
  private int pairPointer;

  /**
   * @param pairBytes of a pair beside each payload; 0 without
   * @param known its block, where the instance has it already
   */
  InputArena(
      GuestBlocks blocks,
      LinearMemory memory,
      int payloadLimitBytes,
      int pairBytes,
      InstanceState.@Nullable Block known) {
    this.blocks = blocks;
    this.memory = memory;
    this.payloadLimitBytes = payloadLimitBytes;
    this.pairBytes = pairBytes;
    this.besideBytes = pairBytes == 0 ? ALIGNMENT_BYTES : 2 * ALIGNMENT_BYTES + pairBytes;
    this.arena = known == null ? taken(Math.min(FIRST_BYTES, payloadLimitBytes)) : over(known);
  }

  private BumpArena over(InstanceState.Block block) {
    return new BumpArena(memory, block.base(), block.bytes());
  }

  private BumpArena taken(int bytes) {
    int capacity = bytes + besideBytes;
    return new BumpArena(memory, blocks.take(capacity), capacity);
  }

  InstanceState.Block block() {
    return new InstanceState.Block(arena.base(), arena.capacityBytes());
  }

  /** After the instance went back to a state: it has the block that it had then. */
  void reset(InstanceState.Block block) {
    endSlices();
    // Some allocators answer the same address for every block: then the length alone tells.
    if (!block().equals(block)) {
      arena = over(block);
    }
  }

  /** Whoever kept a slice shall find out. */
  void endSlices() {
    arena.reset();
  }

  /** The only slice; every one before it ends. */
  Slice room(int bytes) {
    endSlices();
    if (bytes > arena.capacityBytes() - besideBytes) {
      enlarge(bytes);
    }
    if (pairBytes > 0) {
      pairPointer = arena.allocate(pairBytes, ALIGNMENT_BYTES).offset();
    }
    return arena.allocate(bytes, ALIGNMENT_BYTES);
  }

  private void enlarge(int wantedBytes) {
    BumpArena former = arena;
    // Doubling keeps the number of blocks small while payloads grow slowly.
    long doubled = Math.max(wantedBytes, 2L * former.capacityBytes());
    arena = taken((int) Math.min(doubled, payloadLimitBytes));
    // Afterwards: should the guest trap now, the former block is nobody's any more.
    blocks.giveBack(former.base(), former.capacityBytes());
  }

  /** Where the pair of the last {@link #room} is; 0 where there is none. */
  int pairPointer() {
    return pairPointer;
  }
}
