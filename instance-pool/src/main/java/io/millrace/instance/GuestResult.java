package io.millrace.instance;

import io.millrace.instance.AbiDescriptor.Result;
import io.millrace.instance.AbiDescriptor.Status;
import io.millrace.memory.LinearMemory;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds a function's result and copies it out. Pointer and length are the guest's word: read once,
 * checked as unsigned 64-bit sums, then used.
 */
final class GuestResult {

  /** How much of an error's text is worth a message. */
  private static final int ERROR_TEXT_BYTES = 512;

  /** Of a length: it is that of an error's text. No memory is as large as this. */
  private static final int ERROR_BIT = 1 << 31;

  private final Result strategy;
  private final boolean freesResult;
  private final GuestBlocks blocks;
  private final LinearMemory memory;
  private final int limitBytes;
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

  /** The reply of {@code function}, which has answered {@code answer}. */
  byte[] copy(String function, long[] answer, GuestInput input, Payload.Copied payload) {
    if (strategy instanceof Result.Packed) {
      int length = (int) answer[0];
      byte[] text = copy(function, (int) (answer[0] >>> 32), length & ~ERROR_BIT);
      return replyOrError(function, length, text);
    }
    if (strategy instanceof Result.LengthPrefixed) {
      int pointer = (int) answer[0];
      require(function, pointer, Integer.BYTES);
      int prefix = memory.getInt(pointer);
      int length = prefix & ~ERROR_BIT;
      require(function, pointer + Integer.BYTES, length);
      byte[] text = takenOut(pointer, Integer.BYTES + length, pointer + Integer.BYTES, length);
      return replyOrError(function, prefix, text);
    }
    if (strategy instanceof Result.OutPointer) {
      int pair = input.pairPointer();
      int length = memory.getInt(pair + Integer.BYTES);
      byte[] text = copy(function, memory.getInt(pair), length & ~ERROR_BIT);
      return replyOrError(function, length, text);
    }
    return byStatus(function, answer, (Result.Getters) strategy, payload);
  }

  private byte[] byStatus(
      String function, long[] answer, Result.Getters getters, Payload.Copied payload) {
    Status status =
        getters.statuses().isEmpty() ? Status.OUTPUT : status(function, answer[0], getters);
    if (status == Status.UNCHANGED) {
      int from = payload.offset();
      return Arrays.copyOfRange(payload.array(), from, from + payload.length());
    }
    if (pointerOf == null || lengthOf == null) {
      throw new IllegalStateException("there are no getters");
    }
    byte[] result = copy(function, (int) pointerOf.call()[0], (int) lengthOf.call()[0]);
    if (status == Status.ERROR) {
      throw new WorkerException.GuestFailed(function, text(result));
    }
    return result;
  }

  private static byte[] replyOrError(String function, int length, byte[] text) {
    if ((length & ERROR_BIT) != 0) {
      throw new WorkerException.GuestFailed(function, text(text));
    }
    return text;
  }

  private static Status status(String function, long answered, Result.Getters getters) {
    int status = (int) answered;
    if (status < 0 || status >= getters.statuses().size()) {
      throw new WorkerException.AbiMismatch(
          function
              + " answered the status "
              + status
              + ", the ABI knows 0.."
              + (getters.statuses().size() - 1));
    }
    return getters.statuses().get(status);
  }

  private static String text(byte[] error) {
    int length = Math.min(error.length, ERROR_TEXT_BYTES);
    return new String(error, 0, length, StandardCharsets.UTF_8)
        .replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]+", " ") // ends no line of a log, and reorders none
        .strip();
  }

  private byte[] copy(String function, int pointer, int length) {
    require(function, pointer, length);
    return takenOut(pointer, length, pointer, length);
  }

  /** Copies a result out of its block, which goes back to the guest even if it is too large. */
  private byte[] takenOut(int block, int blockBytes, int pointer, int length) {
    if (length > limitBytes) {
      giveBack(block, blockBytes);
      throw new WorkerException.PayloadTooLarge("reply", length, limitBytes);
    }
    byte[] reply = memory.read(pointer, length);
    giveBack(block, blockBytes);
    return reply;
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
              + " bytes");
    }
  }
}
