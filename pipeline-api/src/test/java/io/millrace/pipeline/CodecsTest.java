package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.memory.BumpArena;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.Slice;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CodecsTest {

  private final PrivateLinearMemory memory = new PrivateLinearMemory(new PageLimits(2, 2));
  private final BumpArena arena = new BumpArena(memory, 1024, 65_536);

  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of("bytes", Codecs.bytes(), new byte[] {1, -1}, "01 ff"),
        Arguments.of("no bytes", Codecs.bytes(), new byte[0], ""),
        Arguments.of("buffers", Codecs.buffers(), ByteBuffer.wrap(new byte[] {7}), "07"),
        Arguments.of("utf8", Codecs.utf8(), "gr\u00fc\u00df", "67 72 c3 bc c3 9f"),
        Arguments.of("ints", Codecs.ints(), new int[] {1, -2}, "01 00 00 00 fe ff ff ff"),
        Arguments.of("longs", Codecs.longs(), new long[] {3}, "03 00 00 00 00 00 00 00"),
        Arguments.of("floats", Codecs.floats(), new float[] {1.5f}, "00 00 c0 3f"),
        Arguments.of("doubles", Codecs.doubles(), new double[] {-2}, "00 00 00 00 00 00 00 c0"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("values")
  <T> void aValueComesBackAndLiesInLittleEndianOrder(
      String name, Codec<T> codec, T value, String hex) {
    Slice target = arena.allocate(codec.sizeHintBytes(value) + 8, 8);
    int written = codec.encode(value, target);

    byte[] bytes = memory.read(target.offset(), Math.max(written, 0));
    assertThat(hex(bytes)).isEqualTo(hex);
    // at an odd address, as a guest may answer it
    memory.write(70_001, bytes, 0, bytes.length);
    Slice source = new BumpArena(memory, 70_001, bytes.length).allocate(bytes.length, 1);
    assertThat(codec.decode(source)).isEqualTo(value);
  }

  private static String hex(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte each : bytes) {
      text.append(String.format(" %02x", each));
    }
    return text.toString().strip();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("values")
  <T> void aTargetThatIsTooSmallIsNotWrittenTo(String name, Codec<T> codec, T value, String hex) {
    int needed = (hex.length() + 1) / 3;
    if (needed > 0) {
      Slice small = arena.allocate(needed - 1, 8);

      assertThat(codec.encode(value, small)).isEqualTo(-needed);

      assertThat(memory.read(1024, 64)).containsOnly(0);
    }
  }

  @Test
  void recordsComeBackInTheirOrder() {
    Codec<List<byte[]>> codec = Codecs.records();
    List<byte[]> records = List.of(new byte[] {1}, new byte[0], new byte[] {2, 3});
    Slice target = arena.allocate(codec.sizeHintBytes(records), 8);
    assertThat(codec.encode(records, target)).isEqualTo(15);

    assertThat(codec.decode(target)).containsExactlyElementsOf(records);
  }

  @Test
  void aRecordThatIsLongerThanWhatThereIsIsRefused() {
    for (int length : new int[] {2, -1, Integer.MAX_VALUE}) {
      Slice source = arena.allocate(5, 8);
      source.putInt(0, length);
      assertThatThrownBy(() -> Codecs.records().decode(source))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("record 0 at byte 0 ends beyond the 5");
    }
    Slice cut = arena.allocate(3, 8);
    assertThatThrownBy(() -> Codecs.records().decode(cut))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void numbersComeInWholeElementsOnly() {
    Slice odd = arena.allocate(7, 8);
    assertThatThrownBy(() -> Codecs.ints().decode(odd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("7 bytes are no whole number of elements of 4");
    assertThatThrownBy(() -> Codecs.doubles().decode(odd))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aBuffersPositionStays() {
    ByteBuffer direct = ByteBuffer.allocateDirect(8).putInt(1).putInt(2).flip();
    direct.getInt();
    Slice target = arena.allocate(4, 8);

    assertThat(Codecs.buffers().encode(direct, target)).isEqualTo(4);

    assertThat(direct.remaining()).isEqualTo(4);
    assertThat(Codecs.buffers().decode(target).getInt()).isEqualTo(2);
  }

  @Test
  void oneOfEachIsEnough() {
    assertThat(Codecs.bytes()).isSameAs(Codecs.bytes());
    assertThat(Codecs.buffers()).isSameAs(Codecs.buffers());
    assertThat(Codecs.utf8()).isSameAs(Codecs.utf8());
    assertThat(Codecs.ints()).isSameAs(Codecs.ints());
    assertThat(Codecs.longs()).isSameAs(Codecs.longs());
    assertThat(Codecs.floats()).isSameAs(Codecs.floats());
    assertThat(Codecs.doubles()).isSameAs(Codecs.doubles());
    assertThat(Codecs.records()).isSameAs(Codecs.records());
  }
}
