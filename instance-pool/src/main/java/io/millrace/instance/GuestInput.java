package io.millrace.instance;

import io.millrace.memory.BumpArena;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.Slice;
import io.millrace.pipeline.Payload;
import org.jspecify.annotations.Nullable;

/**
 * Where an instance's payloads are written: into an arena, which is one block of the guest's that
 * is replaced by a larger one when a payload does not fit, or into a block for each call.
 */
final class GuestInput {

  private static final int FIRST_ARENA_BYTES = 64 * 1024;

  /** Room for the padding that brings an odd block to the payload's alignment. */
  private static final int ALIGNMENT_BYTES = 8;

  /** Pointer and length, for a function that stores them. */
  private static final int PAIR_BYTES = 2 * Integer.BYTES;

  private final AbiDescriptor.Input kind;
  private final int pairBytes;

  /** What an arena needs beside the payload. */
  private final int besideBytes;

  private final GuestBlocks blocks;
  private final LinearMemory memory;
  private final int payloadLimitBytes;

  /** Null with a block for each call. */
  private @Nullable BumpArena arena;

  private int pointer;
  private int pairPointer;
  private int blockBytes;

  /**
   * @param known the arena's block, where the instance has it already
   */
  GuestInput(
      AbiDescriptor abi,
      GuestBlocks blocks,
      LinearMemory memory,
      int payloadLimitBytes,
      InstanceState.@Nullable Block known) {
    this.kind = abi.input();
    this.pairBytes = abi.result() instanceof AbiDescriptor.Result.OutPointer ? PAIR_BYTES : 0;
    this.besideBytes = pairBytes == 0 ? ALIGNMENT_BYTES : 2 * ALIGNMENT_BYTES + pairBytes;
    this.blocks = blocks;
    this.memory = memory;
    this.payloadLimitBytes = payloadLimitBytes;
    if (kind == AbiDescriptor.Input.ARENA) {
      arena =
          known == null
              ? newArena(Math.min(FIRST_ARENA_BYTES, payloadLimitBytes))
              : new BumpArena(memory, known.base(), known.bytes());
    }
  }

  /** The arena's block; of no bytes where there is no arena. */
  InstanceState.Block block() {
    return arena == null
        ? new InstanceState.Block(0, 0)
        : new InstanceState.Block(arena.base(), arena.capacityBytes());
  }

  /** After the instance went back to a state: the arena has the block that it had then. */
  void reset(InstanceState.Block block) {
    if (arena != null) {
      arena.reset(); // whoever kept a slice shall find out
      // Some allocators answer the same address for every block: then the length alone tells.
      if (!block().equals(block)) {
        arena = new BumpArena(memory, block.base(), block.bytes());
      }
    }
  }

  /** Copies a payload into the guest's memory. */
  void place(Payload.Copied payload) {
    if (arena == null) {
      blockBytes = payload.length() + pairBytes;
      pointer = blocks.take(blockBytes);
      pairPointer = pointer + payload.length();
      memory.write(pointer, payload.array(), payload.offset(), payload.length());
      return;
    }
    arena.reset();
    if (payload.length() > arena.capacityBytes() - besideBytes) {
      arena = largerArena(arena, payload.length());
    }
    Slice input = arena.allocate(payload.length(), ALIGNMENT_BYTES);
    input.write(0, payload.array(), payload.offset(), payload.length());
    pointer = input.offset();
    if (pairBytes > 0) {
      pairPointer = arena.allocate(pairBytes, Integer.BYTES).offset();
    }
  }

  /** What a function gets for the payload that was placed last. */
  long[] arguments(int payloadBytes) {
    if (kind == AbiDescriptor.Input.LAST_BLOCK) {
      return pairBytes == 0 ? new long[0] : new long[] {pairPointer};
    }
    return pairBytes == 0
        ? new long[] {pointer, payloadBytes}
        : new long[] {pointer, payloadBytes, pairPointer};
  }

  int pointer() {
    return pointer;
  }

  int pairPointer() {
    return pairPointer;
  }

  /** The call is over, and its result was copied. */
  void done() {
    if (kind == AbiDescriptor.Input.BLOCK_PER_CALL) {
      blocks.giveBack(pointer, blockBytes);
    }
  }

  private BumpArena largerArena(BumpArena present, int wantedBytes) {
    // Doubling keeps the number of blocks small while payloads grow slowly.
    long doubled = Math.max(wantedBytes, 2L * present.capacityBytes());
    BumpArena larger = newArena((int) Math.min(doubled, payloadLimitBytes));
    blocks.giveBack(present.base(), present.capacityBytes());
    return larger;
  }

  private BumpArena newArena(int bytes) {
    int capacity = bytes + besideBytes;
    return new BumpArena(memory, blocks.take(capacity), capacity);
  }
}
