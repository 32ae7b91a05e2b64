package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ByteScanTest {

  private static int oneByOne(byte[] bytes, int from, int to, byte wanted) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void findsWhatALoopFinds() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] near = {'\n', '\n' - 1, '\n' + 1, '\n' | (byte) 0x80, 0, 1, (byte) 0xFF, (byte) 0x8B};
    for (int round = 0; round < 200_000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      int rare = 1 + random.nextInt(30);
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = near[random.nextInt(rare) == 0 ? 0 : 1 + random.nextInt(near.length - 1)];
      }
      int from = random.nextInt(bytes.length + 1);
      int to = from + random.nextInt(bytes.length - from + 1);
      assertThat(ByteScan.indexOf(bytes, from, to, (byte) '\n'))
          .isEqualTo(oneByOne(bytes, from, to, (byte) '\n'));
    }
  }
}
