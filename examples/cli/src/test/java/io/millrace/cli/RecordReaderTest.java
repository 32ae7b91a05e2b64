package io.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Payload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordReaderTest {

  private static final int LIMIT = 4 << 20;

  private static List<String> texts(Frame frame, String input) throws IOException {
    InputStream in = new ByteArrayInputStream(input.getBytes(UTF_8));
    return all(frame.reader(in, 8)).stream().map(bytes -> new String(bytes, UTF_8)).toList();
  }

  /** A refused record comes out as its message. */
  private static List<byte[]> all(RecordReader reader) throws IOException {
    List<byte[]> records = new ArrayList<>();
    while (true) {
      try {
        Payload.Copied payload = reader.next();
        if (payload == null) {
          return records;
        }
        byte[] bytes = new byte[payload.length()];
        payload.view().get(bytes);
        records.add(bytes);
      } catch (RefusedRecord refused) {
        records.add(String.valueOf(refused.getMessage()).getBytes(UTF_8));
      }
    }
  }

  @Test
  void noInputHasNoLines() throws IOException {
    assertThat(texts(Frame.LINES, "")).isEmpty();
  }

  @Test
  void aLastLineNeedsNoLineFeed() throws IOException {
    assertThat(texts(Frame.LINES, "a\nb")).containsExactly("a", "b");
    assertThat(texts(Frame.LINES, "a\nb\n")).containsExactly("a", "b");
  }

  @Test
  void emptyLinesAreRecords() throws IOException {
    assertThat(texts(Frame.LINES, "\n\na\n\n")).containsExactly("", "", "a", "");
  }

  @Test
  void aCarriageReturnStaysInItsRecord() throws IOException {
    assertThat(texts(Frame.LINES, "a\r\nb\r\n")).containsExactly("a\r", "b\r");
  }

  @Test
  void aLineOverTheLimitIsRefusedAndSkipped() throws IOException {
    assertThat(texts(Frame.LINES, "a\n123456789\n12345678\n"))
        .containsExactly(
            "a",
            "payload of 9 bytes is over the limit of 8 bytes: send less, or raise the limit",
            "12345678");
  }

  @Test
  void noInputIsOneWholeRecord() throws IOException {
    assertThat(texts(Frame.WHOLE, "")).containsExactly("");
  }

  @Test
  void aLengthIsUnsignedAndLittleEndian() throws IOException {
    assertThat(texts(Frame.LENGTH_PREFIXED, "\1\0\0\0a\0\0\0\0\2\0\0\0bc"))
        .containsExactly("a", "", "bc");
    byte[] highest = {-1, -1, -1, -1, 'a'};
    RecordReader reader = Frame.LENGTH_PREFIXED.reader(new ByteArrayInputStream(highest), 8);
    assertThat(new String(all(reader).get(0), UTF_8))
        .isEqualTo("the input ends after 1 of the record's 4294967295 bytes");
  }

  @Test
  void aLengthOverTheLimitIsRefusedAndSkipped() throws IOException {
    assertThat(texts(Frame.LENGTH_PREFIXED, "\11\0\0\000123456789\1\0\0\0a"))
        .element(0)
        .asString()
        .startsWith("payload of 9 bytes is over the limit of 8 bytes");
    assertThat(texts(Frame.LENGTH_PREFIXED, "\11\0\0\000123456789\1\0\0\0a"))
        .element(1)
        .isEqualTo("a");
  }

  @Test
  void aLengthThatIsCutOffIsRefused() throws IOException {
    assertThat(texts(Frame.LENGTH_PREFIXED, "\1\0\0\0a\1\0\0"))
        .containsExactly("a", "the input ends after 3 of the 4 bytes of a length");
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void recordsOfAllSizesSurviveReadsOfAllSizes(Frame frame) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    int chunk = ChunkedInput.CHUNK_BYTES;
    int[] edges = {0, 1, 7, 4_000, chunk / 2 - 1, chunk / 2, chunk / 2 + 1, chunk, chunk + 1};
    List<byte[]> records = new ArrayList<>();
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    for (int i = 0; i < 400; i++) {
      int size =
          random.nextInt(3) == 0 ? edges[random.nextInt(edges.length)] : 1 << random.nextInt(21);
      byte[] record = new byte[random.nextInt(size + 1)];
      Arrays.fill(record, (byte) ('a' + i % 26));
      records.add(record);
      frame.write(record, framed);
    }
    InputStream dribble = new Dribble(framed.toByteArray(), random);
    List<byte[]> found = all(frame.reader(dribble, LIMIT));
    assertThat(found).hasSameSizeAs(records);
    for (int i = 0; i < records.size(); i++) {
      assertThat(Arrays.mismatch(found.get(i), records.get(i))).as("record %s", i).isEqualTo(-1);
    }
  }

  @Test
  void aLineOfAGigabyteIsSkippedWithoutBeingKept() throws IOException {
    long length = 1L << 30;
    InputStream endless =
        new InputStream() {
          private long left = length;

          @Override
          public int read() {
            throw new AssertionError("read by array only");
          }

          @Override
          public int read(byte[] target, int offset, int count) {
            int given = (int) Math.min(left, count);
            left -= given;
            return given == 0 ? -1 : given; // zeros
          }
        };
    assertThat(new String(all(Frame.LINES.reader(endless, LIMIT)).get(0), UTF_8))
        .startsWith("payload of 1073741824 bytes is over the limit of 4194304 bytes");
  }

  /** Gives as much at a time as it likes. */
  private static final class Dribble extends FilterInputStream {

    private final SplittableRandom random;

    Dribble(byte[] bytes, SplittableRandom random) {
      super(new ByteArrayInputStream(bytes));
      this.random = random;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int most = 1 << random.nextInt(20);
      return super.read(target, offset, Math.min(length, most));
    }
  }
}
