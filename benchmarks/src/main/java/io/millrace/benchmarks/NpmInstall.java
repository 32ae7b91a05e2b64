package io.millrace.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A package of node's, which npm brings once, before anything is measured, beside the program,
 * where a build's clean takes it away.
 */
final class NpmInstall {

  private static final int SECONDS = 60;

  private NpmInstall() {}

  /**
   * Answers the directory that has the package in its {@code node_modules}, after bringing it if
   * need be.
   *
   * @param spec name and version, as npm has them
   * @throws IllegalStateException naming the package, when there is no npm or it cannot bring it
   */
  static Path directory(String name, String spec) throws IOException, InterruptedException {
    Path directory = Files.createDirectories(Program.target().resolve(name));
    String packageName = spec.substring(0, spec.lastIndexOf('@'));
    if (!Files.isDirectory(directory.resolve("node_modules").resolve(packageName))) {
      npm(directory.toFile(), spec);
    }
    return directory;
  }

  /** Its own limits are for when this program is killed meanwhile, and nobody else ends it. */
  private static void npm(File directory, String spec) throws InterruptedException {
    List<String> command =
        List.of(
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--fetch-timeout=20000",
            "--fetch-retries=1",
            spec);
    try (ChildProcess npm =
        ChildProcess.start(
            "npm, which brings " + spec, new ProcessBuilder(command).directory(directory))) {
      npm.awaitEnd(SECONDS);
    } catch (IOException missing) {
      throw new IllegalStateException("there is no npm here to bring " + spec, missing);
    }
  }
}
