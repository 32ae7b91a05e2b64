package io.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Another program that this one starts, talks to by lines, and outlives: whoever waits for a line
 * waits for so long and no longer, and the child ends with whoever started it. When this JVM ends,
 * all that are left are ended; when it is killed, its children see their input end (see {@link
 * ParentWatch}).
 */
final class ChildProcess implements AutoCloseable {

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
  private static final long END_SECONDS = 5;

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(ChildProcess::end), "children's end"));
  }

  private final String name;
  private final Process process;
  private final Writer in;

  /** Empty at the end of what it says. */
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

  private ChildProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    in =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
  }

  /** Starts it; what it says on its error stream goes nowhere. */
  static ChildProcess start(String name, ProcessBuilder builder) throws IOException {
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    RUNNING.add(process);
    ChildProcess child = new ChildProcess(name, process);
    // Not by whoever waits: nothing interrupts the reading of a pipe.
    Thread reader = new Thread(child::read, "reader of " + name);
    reader.setDaemon(true);
    reader.start();
    return child;
  }

  /** A JVM with this one's flags and class path, those of {@code more} and its main class. */
  static ChildProcess jvm(String name, Path java, List<String> more, Class<?> main, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(more);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return start(name, new ProcessBuilder(command));
  }

  /** This JVM's own. */
  static Path ownJava() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  private void read() {
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(Optional.of(line));
      }
    } catch (IOException closed) {
      // as if it had ended, which it has
    } finally {
      lines.add(Optional.empty());
    }
  }

  /** Says a line to it. */
  void say(String line) throws IOException {
    in.write(line + "\n");
    in.flush();
  }

  /**
   * The next line that it says.
   *
   * @throws IllegalStateException naming it and the limit, when it says nothing for so long, or
   *     ends; it has ended then
   */
  String line(long seconds) throws InterruptedException {
    Optional<String> line = lines.poll(seconds, TimeUnit.SECONDS);
    if (line == null) { // nothing in time
      close();
      throw new IllegalStateException(name + " gave no answer within " + seconds + " s: ended it");
    }
    if (line.isEmpty()) {
      lines.add(line); // it stays at its end
      throw new IllegalStateException(name + " ended without an answer" + exitCode());
    }
    return line.get();
  }

  private String exitCode() throws InterruptedException {
    boolean ended = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    close();
    return ended ? ", exit code " + process.exitValue() : "";
  }

  /**
   * Waits until it has ended.
   *
   * @throws IllegalStateException naming it and the limit, when it does not end in time, or fails;
   *     it has ended then
   */
  void awaitEnd(long seconds) throws InterruptedException {
    boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
    close();
    if (!ended) {
      throw new IllegalStateException(name + " did not end within " + seconds + " s: ended it");
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(name + " failed, exit code " + process.exitValue());
    }
  }

  /** Ends its input, which is how it learns that nobody wants it any more. */
  void hangUp() throws IOException {
    in.close();
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it, and what it started in turn. */
  @Override
  public void close() {
    end(process);
    RUNNING.remove(process);
    try {
      process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
