package io.millrace.benchmarks;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** Where this program lies. */
final class Program {

  private Program() {}

  /** The build's directory, which a clean takes away. */
  static Path target() {
    try {
      Path program =
          Path.of(Program.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Objects.requireNonNull(program.getParent());
    } catch (URISyntaxException notAFile) {
      throw new IllegalStateException("this program is not in a directory", notAFile);
    }
  }
}
