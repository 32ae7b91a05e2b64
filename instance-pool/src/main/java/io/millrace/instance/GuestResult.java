package io.millrace.instance;

import io.millrace.instance.AbiDescriptor.Result;
import io.millrace.instance.AbiDescriptor.Status;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Receiver;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds a function's result, and copies it out or has it read in place. Pointer and length are the
 * guest's word: read once, checked as unsigned 64-bit sums, then used.
 */
final class GuestResult {

  /** What to do about a guest that lies. */
  static final String MEND = "mend the guest, or describe its ABI as it is";

  /** How much of an error's text is worth a message. */
  private static final int ERROR_TEXT_BYTES = 512;

  /** Of a length: it is that of an error's text. No memory is as large as this. */
  private static final int ERROR_BIT = 1 << 31;

  private final Result strategy;
  private final boolean freesResult;
  private final GuestBlocks blocks;
  private final LinearMemory memory;
  private final int limitBytes;
  private long copiedBytes;
  private final EngineInstance.@Nullable Export pointerOf;
  private final EngineInstance.@Nullable Export lengthOf;

  GuestResult(
      AbiDescriptor abi,
      EngineInstance instance,
      GuestBlocks blocks,
      LinearMemory memory,
      int limitBytes) {
    this.strategy = abi.result();
    this.freesResult = abi.freesResult();
    this.blocks = blocks;
    this.memory = memory;
    this.limitBytes = limitBytes;
    if (strategy instanceof Result.Getters getters) {
      pointerOf = instance.function(getters.pointer());
      lengthOf = instance.function(getters.length());
    } else {
      pointerOf = null;
      lengthOf = null;
    }
  }

  /** Another invocation comes. */
  void begin() {
    copiedBytes = 0;
  }

  /** The reply of {@code function}, which has answered {@code answer}. */
  Object take(long[] answer, GuestInput input, Invocation invocation) {
    String function = invocation.function();
    Receiver receiver = invocation.receiver();
    if (strategy instanceof Result.Packed) {
      int length = (int) answer[0];
      int pointer = (int) (answer[0] >>> 32);
      return inBlock(function, pointer, 0, length, receiver);
    }
    if (strategy instanceof Result.LengthPrefixed) {
      int pointer = (int) answer[0];
      require(function, pointer, Integer.BYTES);
      return inBlock(function, pointer, Integer.BYTES, memory.getInt(pointer), receiver);
    }
    if (strategy instanceof Result.OutPointer) {
      int pair = input.pairPointer();
      int length = memory.getInt(pair + Integer.BYTES);
      return inBlock(function, memory.getInt(pair), 0, length, receiver);
    }
    return byStatus(answer, (Result.Getters) strategy, input, invocation);
  }

  private Object byStatus(
      long[] answer, Result.Getters getters, GuestInput input, Invocation invocation) {
    String function = invocation.function();
    Status status =
        getters.statuses().isEmpty() ? Status.OUTPUT : status(function, answer[0], getters);
    if (status == Status.UNCHANGED) {
      return unchanged(input, invocation);
    }
    if (pointerOf == null || lengthOf == null) {
      throw new IllegalStateException("there are no getters");
    }
    int pointer = (int) pointerOf.call()[0];
    int length = (int) lengthOf.call()[0];
    require(function, pointer, length);
    if (status == Status.ERROR) {
      throw failed(function, takenOut(function, pointer, 0, length, null));
    }
    return takenOut(function, pointer, 0, length, invocation.receiver());
  }

  /** The guest may have written over its input, and means what it was given. */
  private Object unchanged(GuestInput input, Invocation invocation) {
    byte[] given = input.given(invocation.payload());
    copiedBytes += given.length;
    Receiver receiver = invocation.receiver();
    if (receiver == null) {
      return given;
    }
    HostBlock block = new HostBlock();
    try {
      return received(invocation.function(), receiver, block.holding(given));
    } finally {
      block.end();
    }
  }

  private static WorkerException.GuestFailed failed(String function, Object text) {
    return new WorkerException.GuestFailed(function, text((byte[]) text));
  }

  private static Status status(String function, long answered, Result.Getters getters) {
    int status = (int) answered;
    if (status < 0 || status >= getters.statuses().size()) {
      throw new WorkerException.AbiMismatch(
          function
              + " answered the status "
              + status
              + ", the ABI knows 0.."
              + (getters.statuses().size() - 1),
          MEND);
    }
    return getters.statuses().get(status);
  }

  private static String text(byte[] error) {
    int length = Math.min(error.length, ERROR_TEXT_BYTES);
    return new String(error, 0, length, StandardCharsets.UTF_8)
        .replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]+", " ") // ends no line of a log, and reorders none
        .strip();
  }

  /**
   * A result whose length word tells whether it is an error's text.
   *
   * @param prefix how many bytes of the block lie before the result
   */
  private Object inBlock(
      String function, int block, int prefix, int lengthWord, @Nullable Receiver receiver) {
    int length = lengthWord & ~ERROR_BIT;
    require(function, block + prefix, length);
    if ((lengthWord & ERROR_BIT) != 0) {
      throw failed(function, takenOut(function, block, prefix, length, null));
    }
    return takenOut(function, block, prefix, length, receiver);
  }

  /** Takes a result out of its block, which goes back to the guest even if that fails. */
  private Object takenOut(
      String function, int block, int prefix, int length, @Nullable Receiver receiver) {
    Object reply;
    try {
      if (length > limitBytes) {
        throw new WorkerException.PayloadTooLarge("reply", length, limitBytes);
      }
      if (receiver == null) {
        reply = memory.read(block + prefix, length);
        copiedBytes += length;
      } else {
        reply =
            LentWindow.lend(
                memory, block + prefix, length, slice -> received(function, receiver, slice));
      }
    } catch (WorkerException failed) {
      giveBack(block, prefix + length);
      throw failed;
    }
    giveBack(block, prefix + length);
    return reply;
  }

  private static Object received(String function, Receiver receiver, Slice reply) {
    Object value;
    try {
      value = receiver.reply(reply);
    } catch (Throwable thrown) { // also a stack overflow: it is the codec's
      throw notReceived(function, thrown);
    }
    if (value == null) {
      throw new WorkerException.CodecFailed(
          function, "decode", new NullPointerException("it made null of the reply"));
    }
    return value;
  }

  /** What a receiver's failure is to the caller. */
  static WorkerException notReceived(String function, Throwable thrown) {
    return thrown instanceof SliceStateException misuse
        ? new WorkerException.SliceMisuse(misuse)
        : new WorkerException.CodecFailed(function, "decode", thrown);
  }

  /** Of the last reply, bytes that were copied to the heap. */
  long copiedBytes() {
    return copiedBytes;
  }

  private void giveBack(int pointer, int length) {
    if (freesResult) {
      blocks.giveBack(pointer, length);
    }
  }

  private void require(String function, int pointer, int length) {
    if (!memory.contains(pointer, length)) {
      throw new WorkerException.AbiMismatch(
          function
              + " answered "
              + Integer.toUnsignedLong(length)
              + " bytes at "
              + Integer.toUnsignedLong(pointer)
              + ", which do not lie within the guest's memory of "
              + memory.sizeBytes()
              + " bytes",
          MEND);
    }
  }
}
