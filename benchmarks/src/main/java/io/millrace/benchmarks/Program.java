package io.millrace.benchmarks;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** Where this program lies, and which one it is. */
final class Program {

  private static final String UNKNOWN = "unknown";
  private static final int GIT_SECONDS = 10;

  private Program() {}

  /** The commit that it was built from, as far as git says: with a mark where files differ. */
  static String commit() {
    ProcessBuilder git = new ProcessBuilder("git", "describe", "--always", "--dirty");
    try (ChildProcess child = ChildProcess.start("git", git.directory(target().toFile()))) {
      return child.line(GIT_SECONDS);
    } catch (IOException | IllegalStateException noGit) {
      return UNKNOWN;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    }
  }

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
