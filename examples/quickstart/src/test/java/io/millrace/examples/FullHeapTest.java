package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What finds the heap full fails alone, and the pool serves on when there is room again. */
class FullHeapTest {

  @Test
  void anOutOfMemoryErrorInOneGuestDoesNotTakeThePoolDown(@TempDir Path folder) throws Exception {
    List<String> lines = ChildJvm.run(folder, FullHeapHost.class, "-Xmx96m");
    assertThat(lines).last().isEqualTo(FullHeapHost.SURVIVED);
    assertThat(lines).as("calls that found the heap full").contains("failed 10");
  }
}
