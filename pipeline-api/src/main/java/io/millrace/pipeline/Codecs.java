package io.millrace.pipeline;

import io.millrace.memory.Slice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Ready codecs, which have no state: each is one object. Numbers are little-endian, as wasm has
 * them.
 *
 * <pre>{@code
 * GuestFunction<double[], double[]> echo =
 *     pool.function("echo", Codecs.doubles(), Codecs.doubles());
 * double[] same = echo.invoke(new double[] {1, 2.5}).block();
 * }</pre>
 */
public final class Codecs {

  private static final Codec<byte[]> BYTES =
      new Sized<>(
          bytes -> bytes.length,
          (bytes, target) -> target.put(bytes),
          source -> {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            return bytes;
          });

  private static final Codec<ByteBuffer> BUFFERS =
      new Sized<>(
          ByteBuffer::remaining,
          (buffer, target) -> target.put(buffer.duplicate()),
          source -> ByteBuffer.allocate(source.remaining()).put(source).flip());

  private static final Codec<int[]> INTS =
      new Sized<>(
          numbers -> Math.multiplyExact(numbers.length, Integer.BYTES),
          (numbers, target) -> target.asIntBuffer().put(numbers),
          source -> {
            int[] numbers = new int[elements(source, Integer.BYTES)];
            source.asIntBuffer().get(numbers);
            return numbers;
          });

  private static final Codec<long[]> LONGS =
      new Sized<>(
          numbers -> Math.multiplyExact(numbers.length, Long.BYTES),
          (numbers, target) -> target.asLongBuffer().put(numbers),
          source -> {
            long[] numbers = new long[elements(source, Long.BYTES)];
            source.asLongBuffer().get(numbers);
            return numbers;
          });

  private static final Codec<float[]> FLOATS =
      new Sized<>(
          numbers -> Math.multiplyExact(numbers.length, Float.BYTES),
          (numbers, target) -> target.asFloatBuffer().put(numbers),
          source -> {
            float[] numbers = new float[elements(source, Float.BYTES)];
            source.asFloatBuffer().get(numbers);
            return numbers;
          });

  private static final Codec<double[]> DOUBLES =
      new Sized<>(
          numbers -> Math.multiplyExact(numbers.length, Double.BYTES),
          (numbers, target) -> target.asDoubleBuffer().put(numbers),
          source -> {
            double[] numbers = new double[elements(source, Double.BYTES)];
            source.asDoubleBuffer().get(numbers);
            return numbers;
          });

  private static final Codec<List<byte[]>> RECORDS =
      new Sized<>(
          records -> {
            int bytes = 0;
            for (byte[] each : records) {
              bytes = Math.addExact(bytes, Math.addExact(Integer.BYTES, each.length));
            }
            return bytes;
          },
          (records, target) -> {
            for (byte[] each : records) {
              target.putInt(each.length).put(each);
            }
          },
          Codecs::readRecords);

  private Codecs() {}

  private interface Encoder<T> {
    void encode(T value, ByteBuffer target);
  }

  private interface Decoder<T> {
    T decode(ByteBuffer source);
  }

  /** Values whose length is known before they are written. */
  private record Sized<T>(ToIntFunction<T> size, Encoder<T> encoder, Decoder<T> decoder)
      implements Codec<T> {

    @Override
    public int sizeHintBytes(T value) {
      return size.applyAsInt(value);
    }

    @Override
    public int encode(T value, Slice target) {
      int bytes = size.applyAsInt(value);
      if (bytes > target.length()) {
        return -bytes;
      }
      encoder.encode(value, target.view());
      return bytes;
    }

    @Override
    public T decode(Slice source) {
      return decoder.decode(source.readOnlyView());
    }
  }

  /** Bytes as they are. Costs one copy each way. */
  public static Codec<byte[]> bytes() {
    return BYTES;
  }

  /**
   * What remains in a buffer, whose position does not move. A decoded one is a copy on the heap.
   */
  public static Codec<ByteBuffer> buffers() {
    return BUFFERS;
  }

  /** Text in UTF-8; what is not UTF-8 is read as U+FFFD. */
  public static Codec<String> utf8() {
    return Utf8Codec.INSTANCE;
  }

  /** 32-bit integers, one behind the other. */
  public static Codec<int[]> ints() {
    return INTS;
  }

  /** 64-bit integers, one behind the other. */
  public static Codec<long[]> longs() {
    return LONGS;
  }

  /** 32-bit floats, one behind the other. */
  public static Codec<float[]> floats() {
    return FLOATS;
  }

  /** 64-bit floats, one behind the other. */
  public static Codec<double[]> doubles() {
    return DOUBLES;
  }

  /** Byte strings one behind the other, each after its length as an unsigned 32-bit number. */
  public static Codec<List<byte[]>> records() {
    return RECORDS;
  }

  private static List<byte[]> readRecords(ByteBuffer source) {
    List<byte[]> records = new ArrayList<>();
    while (source.hasRemaining()) {
      int at = source.position();
      int length = source.remaining() < Integer.BYTES ? -1 : source.getInt();
      if (length < 0 || length > source.remaining()) {
        throw new IllegalArgumentException(
            "record " + records.size() + " at byte " + at + " ends beyond the " + source.limit());
      }
      byte[] each = new byte[length];
      source.get(each);
      records.add(each);
    }
    return records;
  }

  private static int elements(ByteBuffer source, int elementBytes) {
    if (source.remaining() % elementBytes != 0) {
      throw new IllegalArgumentException(
          source.remaining() + " bytes are no whole number of elements of " + elementBytes);
    }
    return source.remaining() / elementBytes;
  }

  /** Its length in bytes is not known before it is written, but bounded. */
  private enum Utf8Codec implements Codec<String> {
    INSTANCE;

    @Override
    public int sizeHintBytes(String value) {
      return value.length();
    }

    @Override
    public int encode(String value, Slice target) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      if (bytes.length > target.length()) {
        return -bytes.length;
      }
      target.write(0, bytes, 0, bytes.length);
      return bytes.length;
    }

    @Override
    public String decode(Slice source) {
      byte[] bytes = new byte[source.length()]; // the JDK has a fast way from an array only
      source.read(0, bytes, 0, bytes.length);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
