package io.millrace.integrations;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.millrace.memory.Slice;
import io.millrace.pipeline.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * JSON by Jackson, written into the guest's memory through Jackson's own buffer, and read from it.
 * How long a text becomes is not known before it is written; the codec goes by the largest of late,
 * and writes one that does not fit a second time.
 *
 * @param <T> the values
 */
public final class JsonCodec<T> implements Codec<T> {

  private static final int FIRST_HINT_BYTES = 512;

  private final ObjectWriter writer;
  private final ObjectReader reader;

  /** A guess: threads may overwrite each other's. */
  private volatile int hintBytes = FIRST_HINT_BYTES;

  private JsonCodec(ObjectMapper mapper, JavaType type) {
    this.writer = mapper.writerFor(type);
    this.reader = mapper.readerFor(type);
  }

  /** For values of {@code type}, as {@code mapper} has them. */
  public static <T> JsonCodec<T> of(ObjectMapper mapper, Class<T> type) {
    return new JsonCodec<>(mapper, mapper.constructType(type));
  }

  @Override
  public int sizeHintBytes(T value) {
    return hintBytes;
  }

  @Override
  public int encode(T value, Slice target) {
    SliceOutputStream out = new SliceOutputStream(target);
    try {
      writer.writeValue(out, value);
    } catch (IOException unfit) {
      throw new UncheckedIOException(unfit);
    }
    int written = out.written();
    int present = hintBytes;
    if (written < 0) {
      hintBytes = -written;
    } else if (written < present / 4) {
      hintBytes = Math.max(FIRST_HINT_BYTES, present / 2); // one large value is soon forgotten
    }
    return written;
  }

  @Override
  public T decode(Slice source) {
    try {
      return reader.readValue(new SliceInputStream(source));
    } catch (IOException unfit) {
      throw new UncheckedIOException(unfit);
    }
  }
}
