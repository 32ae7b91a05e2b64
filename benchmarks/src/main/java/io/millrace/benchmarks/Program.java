package io.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Where this program lies, and which one it is. */
final class Program {

  private static final String UNKNOWN = "unknown";

  private Program() {}

  /** The commit that it was built from, as far as git says: with a mark where files differ. */
  static String commit() {
    ProcessBuilder git = new ProcessBuilder("git", "describe", "--always", "--dirty");
    try {
      Process process =
          git.directory(target().toFile()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        String line = out.readLine();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 && line != null
            ? line
            : UNKNOWN;
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException noGit) {
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
