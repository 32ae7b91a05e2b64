package io.millrace.pipeline;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What an invocation carries into the guest's memory.
 *
 * <p>Today there is one way to cross: {@link Copied}, a structured clone in a browser's words. It
 * costs exactly one copy, into the instance's arena, made on the worker's thread when the
 * invocation begins; until the reply the caller must leave the bytes alone.
 */
public sealed interface Payload permits Payload.Copied {

  /** Bytes in the payload. */
  int length();

  /** The whole of {@code bytes}, which are not copied before the invocation begins. */
  static Payload copied(byte[] bytes) {
    return new Copied(bytes, 0, bytes.length);
  }

  /** {@code length} of {@code bytes} from {@code offset} on. */
  static Payload copied(byte[] bytes, int offset, int length) {
    return new Copied(bytes, offset, length);
  }

  /** The text in UTF-8. */
  static Payload utf8(String text) {
    return copied(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A range of a caller's array that is copied once, into linear memory. */
  final class Copied implements Payload {

    private final byte[] bytes;
    private final int offset;
    private final int length;

    private Copied(byte[] bytes, int offset, int length) {
      if (offset < 0 || length < 0 || length > bytes.length - offset) {
        throw new IndexOutOfBoundsException(
            length + " bytes at " + offset + " do not lie within an array of " + bytes.length);
      }
      this.bytes = bytes;
      this.offset = offset;
      this.length = length;
    }

    /** The caller's array, not a copy. */
    public byte[] array() {
      return bytes;
    }

    /** Where the payload starts in {@link #array()}. */
    public int offset() {
      return offset;
    }

    @Override
    public int length() {
      return length;
    }

    /** A read-only view of the payload. */
    public ByteBuffer view() {
      return ByteBuffer.wrap(bytes, offset, length).slice().asReadOnlyBuffer();
    }

    @Override
    public String toString() {
      return length + " bytes";
    }
  }
}
