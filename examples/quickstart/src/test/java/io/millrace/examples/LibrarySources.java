package io.millrace.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Java sources of the modules that users depend on. */
final class LibrarySources {

  private static final List<String> MODULES =
      List.of("memory-arena", "pipeline-api", "instance-pool", "scheduler");

  private LibrarySources() {}

  /** All of them, in the order of their names. */
  static List<Path> all() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String module : MODULES) {
      try (Stream<Path> tree = Files.walk(ReadmeTest.root().resolve(module + "/src/main/java"))) {
        tree.filter(file -> file.toString().endsWith(".java")).sorted().forEach(all::add);
      }
    }
    return all;
  }
}
