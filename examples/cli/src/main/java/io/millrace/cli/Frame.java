package io.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How records lie in a stream of bytes, on the way in and on the way out. */
enum Frame {
  /** Each record ends at a line feed, which is no part of it; a carriage return is. */
  LINES {
    @Override
    RecordReader reader(InputStream in, int limitBytes) {
      return new DelimitedReader(in, (byte) '\n', limitBytes);
    }

    @Override
    void write(byte[] record, OutputStream out) throws IOException {
      out.write(record, 0, record.length);
      out.write('\n');
    }
  },

  /** One record: all there is. */
  WHOLE {
    @Override
    RecordReader reader(InputStream in, int limitBytes) {
      return new WholeReader(in, limitBytes);
    }

    @Override
    void write(byte[] record, OutputStream out) throws IOException {
      out.write(record, 0, record.length);
    }
  },

  /** Each record behind its length. */
  LENGTH_PREFIXED {
    @Override
    RecordReader reader(InputStream in, int limitBytes) {
      return new LengthPrefixedReader(in, limitBytes);
    }

    @Override
    void write(byte[] record, OutputStream out) throws IOException {
      int length = record.length;
      out.write(length);
      out.write(length >>> 8);
      out.write(length >>> 16);
      out.write(length >>> 24);
      out.write(record, 0, length);
    }
  };

  abstract RecordReader reader(InputStream in, int limitBytes);

  abstract void write(byte[] record, OutputStream out) throws IOException;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Knows the frames by the names that users type. */
  static final class Converter implements ITypeConverter<Frame> {

    @Override
    public Frame convert(String text) {
      List<Frame> frames = Arrays.asList(Frame.values());
      return frames.stream()
          .filter(frame -> frame.toString().equals(text))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException("'" + text + "' is no frame: use one of " + frames));
    }
  }
}
