package io.millrace.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Graal's compiler, with which GraalWasm does not only interpret. A GraalVM has it, a stock OpenJDK
 * has not. It is under the GPL with the Classpath Exception, so it is no dependency: whoever wants
 * that peer on an OpenJDK 25 names the jar of {@code org.graalvm.compiler:compiler}.
 */
final class GraalCompiler {

  /** Names the jar; its version is that of the other parts. */
  static final String PROPERTY = "millrace.graalCompiler";

  /** What it needs of the class path, as modules. */
  private static final List<String> PARTS = List.of("collections-", "word-", "truffle-compiler-");

  private GraalCompiler() {}

  /**
   * The jar, where one is named.
   *
   * @throws IllegalStateException when that is no file
   */
  static Optional<Path> jar() {
    Optional<Path> jar = Optional.ofNullable(System.getProperty(PROPERTY)).map(Path::of);
    if (jar.isPresent() && !Files.isRegularFile(jar.get())) {
      throw new IllegalStateException("-D" + PROPERTY + ": there is no file " + jar.get());
    }
    return jar;
  }

  /** Whether the JDK of that {@code java} is a GraalVM, by what it says of itself. */
  static boolean isIn(Path java) throws IOException {
    Path release = java.resolveSibling("../release");
    return Files.isRegularFile(release)
        && Files.readAllLines(release).stream()
            .anyMatch(line -> line.startsWith("GRAALVM_VERSION="));
  }

  /** For the JVM that shall use it. */
  static List<String> flags(Path jar, String classPath) {
    List<String> modules = new ArrayList<>(List.of(jar.toString()));
    Arrays.stream(classPath.split(File.pathSeparator, -1))
        .filter(each -> PARTS.stream().anyMatch(new File(each).getName()::startsWith))
        .forEach(modules::add);
    return List.of(
        "-XX:+UnlockExperimentalVMOptions",
        "-XX:+EnableJVMCI",
        "--upgrade-module-path=" + String.join(File.pathSeparator, modules));
  }
}
