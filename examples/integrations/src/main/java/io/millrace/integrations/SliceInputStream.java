package io.millrace.integrations;

import io.millrace.memory.Slice;
import java.io.InputStream;
import java.util.Objects;

/** Reads a slice. */
final class SliceInputStream extends InputStream {

  private final Slice source;
  private int position;

  SliceInputStream(Slice source) {
    this.source = source;
  }

  @Override
  public int read() {
    return position == source.length() ? -1 : source.getByte(position++) & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    int count = Math.min(length, available());
    if (count == 0) {
      return length == 0 ? 0 : -1;
    }
    source.read(position, target, offset, count);
    position += count;
    return count;
  }

  @Override
  public int available() {
    return source.length() - position;
  }
}
