package io.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Ends this JVM with the one that started it, however that ended: the system closes the pipe
 * between them, and this JVM's input ends.
 */
final class ParentWatch {

  private ParentWatch() {}

  /** Begins to watch; answers where the lines arrive that the parent says. */
  static BlockingQueue<String> start() {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Thread watch = new Thread(() -> read(lines), "parent watch");
    watch.setDaemon(true);
    watch.start();
    return lines;
  }

  private static void read(BlockingQueue<String> lines) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    } catch (IOException closed) {
      // as if it had ended
    }
    Runtime.getRuntime().halt(0); // whatever else is going on: nobody wants it any more
  }
}
