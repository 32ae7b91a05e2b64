package io.millrace.integrations;

import io.millrace.memory.Slice;
import java.io.OutputStream;
import java.util.Objects;

/** Writes into a slice, and counts on where that ends: so that one learns how much it takes. */
final class SliceOutputStream extends OutputStream {

  private final Slice target;
  private long count;

  SliceOutputStream(Slice target) {
    this.target = target;
  }

  @Override
  public void write(int value) {
    if (count < target.length()) {
      target.putByte((int) count, (byte) value);
    }
    count++;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int fitting = (int) Math.max(0, Math.min(length, target.length() - count));
    if (fitting > 0) {
      target.write((int) count, bytes, offset, fitting);
    }
    count += length;
  }

  /** What a codec answers: how many bytes were written, or minus how many it would have taken. */
  int written() {
    int bytes = (int) Math.min(count, Integer.MAX_VALUE);
    return count <= target.length() ? bytes : -bytes;
  }
}
