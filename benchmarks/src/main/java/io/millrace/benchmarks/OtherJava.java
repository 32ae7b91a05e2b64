package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Another JDK on this machine, for what this one cannot run: one that the environment names, by
 * {@code JAVA25_HOME}, {@code JAVA_HOME_25_X64} and the like, else one where they are usually
 * installed.
 */
final class OtherJava {

  /** By package managers, by SDKMAN and IntelliJ IDEA, and by installers of macOS. */
  private static final List<Path> USUAL =
      List.of(
          Path.of("/usr/lib/jvm"),
          home(".sdkman/candidates/java"),
          home(".jdks"),
          Path.of("/Library/Java/JavaVirtualMachines"));

  private OtherJava() {}

  private static Path home(String path) {
    return Path.of(System.getProperty("user.home"), path);
  }

  /**
   * The java of this JVM where it is new enough, else of another JDK.
   *
   * @throws IllegalStateException when there is none
   */
  static Path find(int feature) throws IOException {
    return Runtime.version().feature() >= feature
        ? ChildProcess.ownJava()
        : find(feature, System.getenv(), USUAL);
  }

  /** The same without this JVM. */
  static Path find(int feature, Map<String, String> environment, List<Path> usual)
      throws IOException {
    Pattern name =
        Pattern.compile("J(AVA|DK)_?(HOME_?" + feature + "|" + feature + "_?HOME)(_.*)?");
    for (Map.Entry<String, String> each : new TreeMap<>(environment).entrySet()) {
      if (name.matcher(each.getKey()).matches() && isOf(Path.of(each.getValue()), feature)) {
        return java(Path.of(each.getValue()));
      }
    }
    for (Path directory : usual) {
      for (Path home : homes(directory)) {
        if (isOf(home, feature)) {
          return java(home);
        }
      }
    }
    throw new IllegalStateException(
        "there is no JDK " + feature + ": set JAVA" + feature + "_HOME to one");
  }

  /** Always in the same order; macOS has them in a bundle. */
  private static List<Path> homes(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().flatMap(each -> Stream.of(each, each.resolve("Contents/Home"))).toList();
    }
  }

  private static Path java(Path home) {
    return home.resolve("bin/java");
  }

  /** A JDK says its version in a file. */
  private static boolean isOf(Path home, int feature) throws IOException {
    Path release = home.resolve("release");
    Pattern version = Pattern.compile("JAVA_VERSION=\"" + feature + "[^0-9].*");
    return Files.isExecutable(java(home))
        && Files.isRegularFile(release)
        && Files.readAllLines(release).stream().anyMatch(line -> version.matcher(line).matches());
  }
}
