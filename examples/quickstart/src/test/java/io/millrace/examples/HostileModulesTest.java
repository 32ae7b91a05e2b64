package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JVM with a small heap that ends at the first OutOfMemoryError outlives all hostile modules. */
class HostileModulesTest {

  @Test
  void aSmallJvmOutlivesEveryHostileModule(@TempDir Path folder) throws Exception {
    List<String> lines =
        ChildJvm.run(folder, HostileHost.class, "-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
    assertThat(lines.stream().filter(line -> line.startsWith("ok ")))
        .hasSameSizeAs(HostileModules.all())
        .hasSizeGreaterThan(40);
    assertThat(lines).last().isEqualTo(HostileHost.SURVIVED);
  }
}
