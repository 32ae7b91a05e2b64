package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Another JDK on this machine, for what this one cannot run. */
final class OtherJava {

  private static final Path USUAL = Path.of("/usr/lib/jvm");

  private OtherJava() {}

  /**
   * The java of this JVM where it is new enough, else of one that is installed in the usual place.
   *
   * @throws IllegalStateException when there is none
   */
  static Path find(int feature) throws IOException {
    Path own = Path.of(System.getProperty("java.home"));
    if (Runtime.version().feature() >= feature) {
      return own.resolve("bin/java");
    }
    if (Files.isDirectory(USUAL)) {
      try (DirectoryStream<Path> homes = Files.newDirectoryStream(USUAL)) {
        for (Path home : homes) {
          if (isOf(home, feature)) {
            return home.resolve("bin/java");
          }
        }
      }
    }
    throw new IllegalStateException("there is no JDK " + feature + " in " + USUAL);
  }

  /** A JDK says its version in a file. */
  private static boolean isOf(Path home, int feature) throws IOException {
    Path release = home.resolve("release");
    return Files.isExecutable(home.resolve("bin/java"))
        && Files.isRegularFile(release)
        && Files.readAllLines(release).stream()
            .anyMatch(line -> line.startsWith("JAVA_VERSION=\"" + feature));
  }
}
