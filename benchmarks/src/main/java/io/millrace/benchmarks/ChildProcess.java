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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

  /** Of its error stream, so many lines are kept. */
  private static final int LAST_LINES = 5;

  private static final int LONGEST_LINE = 200;

  /** The last ones of its error stream. */
  private final Deque<String> complaints = new ArrayDeque<>();

  private final Thread listener;

  /** Empty at the end of what it says. */
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

  private ChildProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    in =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    // Not by whoever waits: nothing interrupts the reading of a pipe.
    listener = daemon("listener to " + name, this::listen);
  }

  private static Thread daemon(String name, Runnable run) {
    Thread thread = new Thread(run, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Starts it; the last that it says on its error stream is told where it fails. */
  static ChildProcess start(String name, ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    RUNNING.add(process);
    ChildProcess child = new ChildProcess(name, process);
    daemon("reader of " + name, child::read).start();
    child.listener.start();
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

  private void listen() {
    try (BufferedReader err =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        String kept = line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) : line;
        synchronized (complaints) {
          complaints.add(kept.strip());
          if (complaints.size() > LAST_LINES) {
            complaints.remove();
          }
        }
      }
    } catch (IOException closed) {
      // as if it had ended, which it has
    }
  }

  /** What it said last on its error stream, to be told with its end; it has ended. */
  private String complaint() throws InterruptedException {
    listener.join(TimeUnit.SECONDS.toMillis(1)); // no longer: a child of its own may hold it open
    synchronized (complaints) {
      return complaints.isEmpty() ? "" : ": " + String.join(" | ", complaints);
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
      throw new IllegalStateException(
          name + " gave no answer within " + seconds + " s: ended it" + complaint());
    }
    if (line.isEmpty()) {
      lines.add(line); // it stays at its end
      throw new IllegalStateException(name + " ended without an answer" + exitCode() + complaint());
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
      throw new IllegalStateException(
          name + " did not end within " + seconds + " s: ended it" + complaint());
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          name + " failed, exit code " + process.exitValue() + complaint());
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
