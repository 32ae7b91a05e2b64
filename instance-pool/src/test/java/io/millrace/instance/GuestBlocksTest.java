package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.wasm.WasmModule;
import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the contract of examples/guests says of blocks, which a pool asks for one by one only. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GuestBlocksTest {

  private static BareGuest start(String name) {
    WasmModule module = BareGuest.module(name);
    return name.equals("c-shared")
        ? BareGuest.start(module, new SharedLinearMemory(new PageLimits(16, 2048)), 0)
        : BareGuest.start(module);
  }

  @ParameterizedTest
  @ValueSource(strings = {"go", "rust", "c", "c-shared", "assemblyscript", "c-digest", "go-auth"})
  void blocksOfAnySizeLieApartAtMultiplesOfEight(String name) {
    BareGuest guest = start(name);
    TreeMap<Integer, Integer> lengths = new TreeMap<>();
    for (int round = 0; round < 3; round++) {
      for (int length : new int[] {0, 1, 2, 7, 8, 9, 63, 64, 65, 4095, 65_536, 65_537, 1 << 20}) {
        int block = (int) guest.call("alloc", length);
        assertThat(block).as("alloc(%d)", length).isNotZero();
        assertThat(block % 8).as("alloc(%d)", length).isZero();
        // An empty block is one that another one may not be given.
        assertThat(lengths.put(block, Math.max(1, length))).as("alloc(%d)", length).isNull();
        byte[] pattern = new byte[length];
        Arrays.fill(pattern, (byte) lengths.size());
        guest.memory().write(block, pattern, 0, length);
      }
    }
    long end = 0;
    for (Map.Entry<Integer, Integer> each : lengths.entrySet()) {
      long at = Integer.toUnsignedLong(each.getKey());
      assertThat(at).as("blocks do not overlap").isGreaterThanOrEqualTo(end);
      end = at + each.getValue();
    }
    assertThat(end).isLessThanOrEqualTo(guest.memory().sizeBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"go", "rust", "c", "c-shared", "assemblyscript"})
  void anInputIsAnyRegionOfABlockAndIsLeftAlone(String name) throws Exception {
    BareGuest guest = start(name);
    byte[] bytes = new byte[300];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (7 * i);
    }
    int block = (int) guest.call("alloc", bytes.length);
    guest.memory().write(block, bytes, 0, bytes.length);
    for (int from = 0; from < 9; from++) {
      for (int length : new int[] {0, 1, 55, 64, 130}) {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(bytes, from, length);
        assertThat(answer(guest, "sha256", block + from, length))
            .as("%d bytes from %d", length, from)
            .isEqualTo(HexFormat.of().formatHex(sha256.digest()));
      }
    }
    assertThat(guest.memory().read(block, bytes.length)).isEqualTo(bytes);
  }

  private static String answer(BareGuest guest, String function, int at, int length) {
    long packed = guest.call(function, at, length);
    return new String(
        guest.memory().read((int) (packed >>> 32), (int) packed), StandardCharsets.US_ASCII);
  }
}
