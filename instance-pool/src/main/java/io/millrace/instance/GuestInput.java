package io.millrace.instance;

import io.millrace.memory.LinearMemory;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.memory.Slices;
import io.millrace.pipeline.LentSlices;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where an instance's payloads are written: into an arena, which is one block of the guest's that
 * is replaced by a larger one when a payload does not fit, or into a block for each call.
 *
 * <p>A block for each call has to have the payload's length, which a codec may not know before it
 * has written: there it writes into memory of the host's, and what it wrote is copied.
 */
final class GuestInput {

  /** Pointer and length, for a function that stores them. */
  private static final int PAIR_BYTES = 2 * Integer.BYTES;

  private final AbiDescriptor.Input kind;
  private final int pairBytes;

  private final GuestBlocks blocks;
  private final LinearMemory memory;
  private final int payloadLimitBytes;

  /** Null with a block for each call. */
  private final @Nullable InputArena arena;

  private int pointer;
  private int pairPointer;
  private int blockBytes;
  private int length;
  private long copiedBytes;

  /** Whether a function may answer that its payload is the result. */
  private final boolean keepsGiven;

  /** What was written in place, as it was before the function got it. */
  private byte @Nullable [] kept;

  /** Where a codec writes what goes into a block for each call. */
  private final HostBlock host = new HostBlock();

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
    this.blocks = blocks;
    this.memory = memory;
    this.payloadLimitBytes = payloadLimitBytes;
    this.keepsGiven =
        abi.result() instanceof AbiDescriptor.Result.Getters getters
            && getters.statuses().contains(AbiDescriptor.Status.UNCHANGED);
    this.arena =
        kind == AbiDescriptor.Input.ARENA
            ? new InputArena(blocks, memory, payloadLimitBytes, pairBytes, known)
            : null;
  }

  /** The arena's block; of no bytes where there is no arena. */
  InstanceState.Block block() {
    return arena == null ? new InstanceState.Block(0, 0) : arena.block();
  }

  /** After the instance went back to a state: the arena has the block that it had then. */
  void reset(InstanceState.Block block) {
    host.clear();
    if (arena != null) {
      arena.reset(block);
    }
  }

  /** Another invocation comes. */
  void begin() {
    copiedBytes = 0;
    kept = null;
  }

  /** Brings a payload to where the function finds it. */
  void place(String function, Payload payload) {
    if (payload instanceof Payload.Copied copied) {
      place(copied.array(), copied.offset(), copied.length());
      return;
    }
    if (payload instanceof Payload.Encoded<?> encoded) {
      encode(function, encoded);
    } else {
      lend(function, (LentSlices) payload);
    }
    if (keepsGiven && arena != null) {
      if (length > payloadLimitBytes) {
        throw tooLarge(length); // of a lent slice, which nothing copies otherwise
      }
      kept = memory.read(pointer, length); // the function may write over it and still mean it
      copiedBytes += length;
    }
  }

  private void place(byte[] bytes, int offset, int count) {
    if (count > payloadLimitBytes) {
      throw tooLarge(count);
    }
    if (arena == null) {
      takeBlock(count);
    } else {
      pointer = room(count).offset();
    }
    memory.write(pointer, bytes, offset, count);
    length = count;
    copiedBytes += count;
  }

  private <T> void encode(String function, Payload.Encoded<T> payload) {
    try {
      length = EncodedPayload.write(function, payload, payloadLimitBytes, this::space);
    } finally {
      endSlices(); // whoever keeps one shall find out
    }
    if (arena == null) {
      byte[] bytes = host.written(length);
      place(bytes, 0, bytes.length);
    }
  }

  private Slice space(int bytes) {
    return arena == null ? host.take(bytes) : room(bytes);
  }

  private void endSlices() {
    if (arena == null) {
      host.end();
    } else {
      arena.endSlices();
    }
  }

  private void lend(String function, LentSlices lent) {
    lent.requireReachable(function, each -> each.isIn(memory));
    List<Slice> slices = lent.slices();
    if (arena == null) {
      throw new WorkerException.AbiMismatch(
          function + " takes payloads in blocks of its own only, by its ABI", "copy the slice");
    }
    try {
      Slices.requireLive(slices);
    } catch (SliceStateException dead) {
      throw new WorkerException.SliceMisuse(dead);
    }
    if (slices.size() == 1) {
      room(0);
      pointer = slices.get(0).offset();
      length = slices.get(0).length();
      return;
    }
    int tableBytes = 2 * Integer.BYTES * slices.size();
    if (tableBytes > payloadLimitBytes) {
      throw tooLarge(tableBytes);
    }
    Slice table = room(tableBytes);
    for (int i = 0; i < slices.size(); i++) {
      table.putInt(2 * i * Integer.BYTES, slices.get(i).offset());
      table.putInt((2 * i + 1) * Integer.BYTES, slices.get(i).length());
    }
    length = table.length();
  }

  /** Whether it lets a function read a payload where it lies. */
  boolean takesSlices() {
    return arena != null;
  }

  private WorkerException.PayloadTooLarge tooLarge(int bytes) {
    return new WorkerException.PayloadTooLarge("payload", bytes, payloadLimitBytes);
  }

  private void takeBlock(int count) {
    blockBytes = count + pairBytes;
    pointer = blocks.take(blockBytes);
    pairPointer = pointer + count;
  }

  private Slice room(int bytes) {
    InputArena present = Objects.requireNonNull(arena, "there is a block for each call");
    Slice input = present.room(bytes);
    pairPointer = present.pairPointer();
    pointer = input.offset();
    return input;
  }

  /** A copy of the payload that was placed last, as it was before the function got it. */
  byte[] given(Payload payload) {
    if (payload instanceof Payload.Copied copied) {
      int from = copied.offset();
      return Arrays.copyOfRange(copied.array(), from, from + copied.length());
    }
    return kept == null ? host.written(length) : kept;
  }

  /** What a function gets for the payload that was placed last. */
  long[] arguments() {
    if (kind == AbiDescriptor.Input.LAST_BLOCK) {
      return pairBytes == 0 ? new long[0] : new long[] {pairPointer};
    }
    return pairBytes == 0
        ? new long[] {pointer, length}
        : new long[] {pointer, length, pairPointer};
  }

  /** Bytes of the payload that was placed last. */
  int length() {
    return length;
  }

  /** Of those, bytes that were copied from the heap. */
  long copiedBytes() {
    return copiedBytes;
  }

  int pointer() {
    return pointer;
  }

  int pairPointer() {
    return pairPointer;
  }

  /** The call is over, and its result was taken. */
  void done() {
    kept = null;
    if (kind == AbiDescriptor.Input.BLOCK_PER_CALL) {
      blocks.giveBack(pointer, blockBytes);
    }
  }
}
