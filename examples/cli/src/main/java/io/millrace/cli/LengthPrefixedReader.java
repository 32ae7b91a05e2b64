package io.millrace.cli;

import io.millrace.pipeline.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Records behind their length: four bytes, unsigned, least significant first. */
final class LengthPrefixedReader implements RecordReader {

  private static final VarHandle LENGTH =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final ChunkedInput input;
  private final int limitBytes;

  LengthPrefixedReader(InputStream in, int limitBytes) {
    this.input = new ChunkedInput(in);
    this.limitBytes = limitBytes;
  }

  @Override
  public Payload.@Nullable Copied next() throws IOException, RefusedRecord {
    if (!have(Integer.BYTES)) {
      int rest = input.available();
      input.start = input.end;
      if (rest == 0) {
        return null;
      }
      throw new RefusedRecord(
          "the input ends after " + rest + " of the " + Integer.BYTES + " bytes of a length");
    }
    long length = Integer.toUnsignedLong((int) LENGTH.get(input.bytes, input.start));
    input.start += Integer.BYTES;
    if (length > limitBytes) {
      skip(length);
      throw RefusedRecord.tooLarge(length, limitBytes);
    }
    return length <= ChunkedInput.CHUNK_BYTES / 2 ? small((int) length) : large((int) length);
  }

  private Payload.Copied small(int length) throws IOException, RefusedRecord {
    if (!have(length)) {
      int rest = input.available();
      input.start = input.end;
      throw truncated(rest, length);
    }
    input.start += length;
    return Payload.copied(input.bytes, input.start - length, length);
  }

  private Payload.Copied large(int length) throws IOException, RefusedRecord {
    byte[] bytes = new byte[length];
    int count = input.readInto(bytes, 0, length);
    if (count < length) {
      throw truncated(count, length);
    }
    return Payload.copied(bytes);
  }

  /** Waits until {@code count} bytes, half a chunk at most, are there; false: the input ends. */
  private boolean have(int count) throws IOException {
    while (input.available() < count) {
      if (!input.fill()) {
        return false;
      }
    }
    return true;
  }

  private void skip(long length) throws IOException, RefusedRecord {
    long left = length - Math.min(length, input.available());
    input.start += (int) (length - left);
    if (left == 0) {
      return;
    }
    input.startChunk();
    while (left > 0) {
      if (!input.refill()) {
        throw truncated(length - left, length);
      }
      int count = (int) Math.min(left, input.available());
      input.start += count;
      left -= count;
    }
  }

  private static RefusedRecord truncated(long count, long length) {
    return new RefusedRecord(
        "the input ends after " + count + " of the record's " + length + " bytes");
  }
}
