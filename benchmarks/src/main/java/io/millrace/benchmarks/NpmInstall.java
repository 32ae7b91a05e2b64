package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
    String version = spec.substring(spec.lastIndexOf('@') + 1);
    return once(Program.target().resolve(name + "-" + version), into -> npm(into, spec));
  }

  /** Fills a directory. */
  interface Filling {

    /** Fills this one, or throws. */
    void fill(Path directory) throws IOException, InterruptedException;
  }

  /**
   * Answers the directory, after filling it if need be. It is filled under another name and gets
   * its own when it is whole: one that broke half-way is none, and is made anew.
   */
  static Path once(Path directory, Filling filling) throws IOException, InterruptedException {
    if (Files.isDirectory(directory)) {
      return directory;
    }
    Path parent = directory.toAbsolutePath().getParent();
    Path part = Files.createTempDirectory(parent, directory.getFileName() + ".part");
    boolean whole = false;
    try {
      filling.fill(part);
      Files.move(part, directory, StandardCopyOption.ATOMIC_MOVE);
      whole = true;
    } finally {
      if (!whole) {
        new TempDirectory(part).close();
      }
    }
    return directory;
  }

  /** Its own limits are for when this program is killed meanwhile, and nobody else ends it. */
  private static void npm(Path directory, String spec) throws InterruptedException {
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
            "npm, which brings " + spec,
            new ProcessBuilder(command).directory(directory.toFile()))) {
      npm.awaitEnd(SECONDS);
    } catch (IOException missing) {
      throw new IllegalStateException("there is no npm here to bring " + spec, missing);
    }
  }
}
