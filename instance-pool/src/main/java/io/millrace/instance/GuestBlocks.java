package io.millrace.instance;

import io.millrace.memory.LinearMemory;
import io.millrace.pipeline.WorkerException;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of memory from the guest's own allocator; never pages behind the guest's back, since some
 * allocators take everything up to the end of memory for theirs. The guest's word is checked before
 * it is used.
 */
final class GuestBlocks {

  private final String allocateName;
  private final EngineInstance.Export allocate;
  private final EngineInstance.@Nullable Export free;
  private final boolean freeTakesLength;
  private final LinearMemory memory;

  GuestBlocks(
      AbiDescriptor abi, ModuleReport report, EngineInstance instance, LinearMemory memory) {
    this.allocateName = abi.allocate();
    this.memory = memory;
    allocate = instance.function(abi.allocate());
    free = abi.free() == null ? null : instance.function(abi.free());
    freeTakesLength =
        report.functions().stream()
            .anyMatch(
                fit ->
                    fit.name().equals(abi.free())
                        && fit.type().equals(AbiDescriptor.FREE_WITH_LENGTH_TYPE));
  }

  /**
   * Takes a block, and answers its address.
   *
   * @throws WorkerException.PayloadTooLarge when the guest answers 0, which means that it has none
   * @throws WorkerException.AbiMismatch when it answers a block beyond its memory
   */
  int take(int bytes) {
    int block = (int) allocate.call(bytes)[0];
    if (block == 0 && bytes > 0) {
      throw new WorkerException.PayloadTooLarge(
          "block for payloads in a guest of " + memory.sizeBytes() + " bytes of memory",
          bytes,
          memory.sizeBytes());
    }
    if (!memory.contains(block, bytes)) {
      throw new WorkerException.AbiMismatch(
          allocateName
              + "("
              + bytes
              + ") answered "
              + Integer.toUnsignedLong(block)
              + ", which does not lie within the guest's memory of "
              + memory.sizeBytes()
              + " bytes",
          GuestResult.MEND);
    }
    return block;
  }

  /** Gives a block back, where the guest has a function for it. */
  void giveBack(int block, int bytes) {
    if (free != null && block != 0) {
      if (freeTakesLength) {
        free.call(block, bytes);
      } else {
        free.call(block);
      }
    }
  }
}
