package io.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A peer in a process of its own, which measures itself: what comes through the pipe is when to
 * begin and how it went.
 *
 * @see PeerMain
 */
final class PeerProcess implements Peer {

  private static final int SECONDS = 60;

  private final String name;
  private final Process process;
  private final BufferedReader out;
  private final Writer in;

  private PeerProcess(String name, ProcessBuilder builder) throws IOException {
    this.name = name;
    process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    in =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
  }

  /** Another JVM with this one's flags and class path, and {@code java} in place of this one. */
  static PeerProcess jvm(PeerKind kind, int workers, @Nullable Path java) throws IOException {
    Path own = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>();
    command.add((java == null ? own : java).toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    if (kind == PeerKind.GRAAL_WASM) {
      command.add("-Dpolyglot.engine.WarnInterpreterOnly=false");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(PeerMain.class.getName(), kind.name(), Integer.toString(workers)));
    return new PeerProcess(kind.title(), new ProcessBuilder(command));
  }

  /** Another program that keeps to the same protocol. */
  static PeerProcess program(String name, File directory, List<String> command) throws IOException {
    return new PeerProcess(name, new ProcessBuilder(command).directory(directory));
  }

  /**
   * Waits until it can be measured.
   *
   * @throws IllegalStateException naming what is missing
   */
  void awaitReady() throws Exception {
    String line = answer();
    if (!line.equals("ready")) {
      close();
      throw new IllegalStateException(line.isEmpty() ? "it does not start" : line);
    }
  }

  @Override
  public Round run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception {
    in.write(call.name() + " " + calls + " " + inFlight + " " + timed + "\n");
    in.flush();
    String line = answer();
    String[] words = line.split(" ", -1);
    if (words.length != 5) {
      throw new IllegalStateException(name + " failed: " + line);
    }
    return new Round(
        Long.parseLong(words[0]),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Double.parseDouble(words[3]),
        Long.parseLong(words[4]));
  }

  /** A line of its output; the process is ended when there is none in time. */
  private String answer() throws Exception {
    Process watched = process;
    Thread watchdog =
        new Thread(
            () -> {
              try {
                Thread.sleep(TimeUnit.SECONDS.toMillis(SECONDS));
                watched.destroyForcibly();
              } catch (InterruptedException answered) {
                Thread.currentThread().interrupt();
              }
            },
            "watchdog of " + name);
    watchdog.setDaemon(true);
    watchdog.start();
    try {
      String line = out.readLine();
      if (line == null && watched.waitFor(SECONDS, TimeUnit.SECONDS) && watched.exitValue() > 128) {
        throw new TimeoutException(name + " gave no answer within " + SECONDS + " s");
      }
      return line == null ? "" : line;
    } finally {
      watchdog.interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
