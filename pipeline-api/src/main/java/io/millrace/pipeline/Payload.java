package io.millrace.pipeline;

import io.millrace.memory.Slice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * What an invocation carries into the guest's memory.
 *
 * <table>
 *   <caption>The ways to cross</caption>
 *   <tr><th>kind</th><th>copies</th><th>a browser's word</th></tr>
 *   <tr><td>{@link Copied}</td><td>one, when the invocation begins</td><td>structured clone</td></tr>
 *   <tr><td>{@link Encoded}</td><td>none: it is made in the guest's memory</td><td></td></tr>
 *   <tr><td>{@link LentSlices}, transferred</td><td>none; the sender's handle dies</td>
 *       <td>transfer list</td></tr>
 *   <tr><td>{@link LentSlices}, shared</td><td>none</td><td>SharedArrayBuffer</td></tr>
 * </table>
 *
 * <pre>{@code
 * Flux<Payload> ways =
 *     Flux.just(
 *         Payload.utf8("abc"),
 *         Payload.copied(source, 0, 512),
 *         Payload.copied(ByteBuffer.allocateDirect(64)),
 *         Payload.encoded(new double[] {1, 2.5}, Codecs.doubles()));
 * ways.map(payload -> Invocation.of("sha256", payload)).transform(pool::invokeAll).blockLast();
 * }</pre>
 */
public sealed interface Payload permits Payload.Copied, Payload.Encoded, LentSlices {

  /** The whole of {@code bytes}, which are to be left alone until the reply. */
  static Copied copied(byte[] bytes) {
    return new Copied(bytes, 0, bytes.length);
  }

  /** {@code length} of {@code bytes} from {@code offset} on. */
  static Copied copied(byte[] bytes, int offset, int length) {
    return new Copied(bytes, offset, length);
  }

  /** What remains in {@code buffer}, which is to be left alone until the reply; heap or direct. */
  static Payload copied(ByteBuffer buffer) {
    return buffer.hasArray()
        ? new Copied(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining())
        : encoded(buffer.slice(), Codecs.buffers());
  }

  /** The text in UTF-8. */
  static Copied utf8(String text) {
    return copied(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What {@code codec} makes of {@code value}, in the guest's memory, on the worker's thread. */
  static <T> Payload encoded(T value, Codec<T> codec) {
    return new Encoded<>(value, codec);
  }

  /**
   * Room for {@code bytes} bytes, which a {@link WorkerPool#claim} lets its caller fill.
   *
   * @throws IllegalArgumentException when {@code bytes} is negative
   */
  static Payload reserved(int bytes) {
    return new Encoded<>(new ReservedBytes(bytes), ReservedBytes.Unclaimed.INSTANCE);
  }

  /**
   * A slice of the memory that the pool's guests share. The caller keeps it, and several
   * invocations may carry it at a time.
   */
  static Payload shared(Slice slice) {
    return new LentSlices(List.of(slice), false);
  }

  /**
   * The same, handed over: when the invocation is accepted the caller's handle dies, and when it
   * has ended the slice goes back to its arena. An invocation that is not accepted leaves the
   * handle as it was.
   */
  static Payload transferred(Slice slice) {
    return new LentSlices(List.of(slice), true);
  }

  /**
   * Several slices, handed over all or none. What the function gets is a table of them: the address
   * and the length of each, as 32-bit numbers.
   *
   * @throws IllegalArgumentException when the list is empty
   */
  static Payload transferred(List<Slice> slices) {
    return new LentSlices(slices, true);
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

    /** Bytes in the payload. */
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

  /**
   * A value that becomes bytes in the guest's memory.
   *
   * @param value what is written
   * @param codec how it is written
   * @param <T> the value
   */
  record Encoded<T>(T value, Codec<T> codec) implements Payload {

    /** Checks that both are there. */
    public Encoded {
      Objects.requireNonNull(value, "value");
      Objects.requireNonNull(codec, "codec");
    }
  }
}
