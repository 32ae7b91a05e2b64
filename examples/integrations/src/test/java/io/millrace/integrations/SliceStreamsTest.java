package io.millrace.integrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.memory.BumpArena;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.Slice;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SliceStreamsTest {

  private final PrivateLinearMemory memory = new PrivateLinearMemory(new PageLimits(1, 1));
  private final BumpArena arena = new BumpArena(memory, 8, 64);

  @Test
  void whatFitsIsWritten() throws IOException {
    try (SliceOutputStream out = new SliceOutputStream(arena.allocate(4, 1))) {
      out.write('a');
      out.write(new byte[] {'x', 'b', 'c', 'y'}, 1, 2);
      out.write('d');
      assertThat(out.written()).isEqualTo(4);
    }
    assertThat(memory.read(8, 5)).asString().isEqualTo("abcd\0");
  }

  @Test
  void whatDoesNotFitIsCounted() throws IOException {
    try (SliceOutputStream out = new SliceOutputStream(arena.allocate(4, 1))) {
      out.write(new byte[] {'a', 'b', 'c', 'd', 'e', 'f'});
      out.write('g');
      out.write(new byte[10]);
      assertThat(out.written()).isEqualTo(-17);
    }
    assertThat(memory.read(8, 5)).asString().isEqualTo("abcd\0");
  }

  @Test
  void aSliceIsReadToItsEnd() throws IOException {
    Slice slice = arena.allocate(3, 1);
    slice.write(0, new byte[] {1, -1, 3}, 0, 3);
    try (SliceInputStream in = new SliceInputStream(slice)) {
      assertThat(in.read()).isEqualTo(1);
      assertThat(in.read()).isEqualTo(255);
      assertThat(in.readAllBytes()).containsExactly(3);
      assertThat(in.read()).isEqualTo(-1);
      assertThat(in.read(new byte[1], 0, 1)).isEqualTo(-1);
      assertThat(in.read(new byte[1], 0, 0)).isZero();
      assertThatThrownBy(() -> in.read(new byte[1], 1, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
