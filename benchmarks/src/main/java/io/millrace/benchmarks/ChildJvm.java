package io.millrace.benchmarks;

import java.io.IOException;
import java.util.List;

/** Runs a class in a fresh JVM with this one's flags and class path. */
final class ChildJvm {

  private static final long SECONDS = 30;

  private ChildJvm() {}

  /**
   * Answers the first line that it prints, and ends it: by itself a JVM takes 0.3 s to end while a
   * thread of it reads its input, as {@link ParentWatch} does, which adds up.
   *
   * @throws IllegalStateException naming it, when it ends without a line or takes longer than half
   *     a minute
   */
  static String line(Class<?> main, String... args) throws IOException, InterruptedException {
    return line(SECONDS, main, args);
  }

  /** The same with another limit. */
  static String line(long seconds, Class<?> main, String... args)
      throws IOException, InterruptedException {
    String name = "the JVM of " + main.getSimpleName() + " " + String.join(" ", args);
    try (ChildProcess child =
        ChildProcess.jvm(name.strip(), ChildProcess.ownJava(), List.of(), main, args)) {
      return child.line(seconds);
    }
  }
}
