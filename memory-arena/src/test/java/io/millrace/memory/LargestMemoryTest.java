package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The largest legal memory, 2 GiB less 64 KiB, in a JVM that has not got so much. */
@Timeout(120)
class LargestMemoryTest {

  private static final int HIGHEST = 32_767;
  private static final int DIRECT_BYTES = 16 * 1024 * 1024;

  private static List<String> answers = List.of();

  @BeforeAll
  static void askASmallJvm() throws Exception {
    String classpath =
        Stream.of(PageLimits.class, LargestMemoryTest.class)
            .map(LargestMemoryTest::whereItIs)
            .reduce((classes, tests) -> classes + File.pathSeparator + tests)
            .orElseThrow();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:MaxDirectMemorySize=" + DIRECT_BYTES,
                "-cp",
                classpath,
                MemoryOfSmallJvm.class.getName())
            .redirectErrorStream(true)
            .start();
    try (var output = process.inputReader(Charset.defaultCharset())) {
      answers = output.lines().toList();
    }
    assertThat(process.waitFor()).as("%s", answers).isZero();
  }

  private static String whereItIs(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Test
  void theHighestMaximumIsLegalAndOneMoreIsNamed() {
    assertThat(new PageLimits(1, HIGHEST).maximumPages()).isEqualTo(PageLimits.HIGHEST_PAGES);
    for (int pages : new int[] {HIGHEST + 1, 65_536, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> new PageLimits(1, pages))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("maximumPages is " + pages + ": it must lie in 1..32767");
      assertThatThrownBy(() -> new PageLimits(pages, pages))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("initialPages is " + pages + ": it must lie in 0..32767");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"private", "tracked"})
  void growthBeyondTheHeapIsAnsweredAndTheMemoryIsIntact(String kind) {
    assertThat(answers)
        .contains(
            kind + " grow to the highest: -1",
            kind + " grow to the heap: -1",
            kind + " pages: 1",
            kind + " last bytes: 42",
            kind + " grow by one: 1",
            kind + " new page: 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"private at once", "tracked at once", "snapshot"})
  void aMemoryThatDoesNotFitTheHeapIsRefusedInOneLine(String kind) {
    assertThat(answer(kind))
        .startsWith(
            "memory of 32767 pages, 2147418112 bytes, does not fit the heap, whose limit is")
        .endsWith(" bytes: raise -Xmx or lower the number of pages");
  }

  @Test
  void aSharedMemoryThatDoesNotFitDirectMemoryIsRefusedInOneLine() {
    assertThat(answer("shared"))
        .startsWith("shared memory of at most 32767 pages reserves 2147418120 bytes of direct")
        .contains("limit: " + DIRECT_BYTES)
        .endsWith("; raise -XX:MaxDirectMemorySize or lower maximumPages");
  }

  @Test
  void directMemoryHasToHoldTheMaximumAndEightBytes() {
    assertThat(answer("shared, one page over")).contains("reserves 16777224 bytes");
    assertThat(answer("shared, within")).isEqualTo("0");
  }

  private static String answer(String kind) {
    List<String> found = answers.stream().filter(each -> each.startsWith(kind + ": ")).toList();
    assertThat(found).as("%s", answers).hasSize(1);
    return found.get(0).substring(kind.length() + 2);
  }
}
