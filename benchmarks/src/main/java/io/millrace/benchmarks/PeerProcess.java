package io.millrace.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A peer in a process of its own, which measures itself: what comes through the pipe is when to
 * begin and how it went.
 *
 * @see PeerMain
 */
final class PeerProcess implements Peer {

  private static final int SECONDS = 60;
  private static final int WORDS = 5;

  private final String name;
  private final ChildProcess process;

  private PeerProcess(String name, ChildProcess process) {
    this.name = name;
    this.process = process;
  }

  /** Another JVM with this one's flags and class path, and {@code java} in place of this one. */
  static PeerProcess jvm(PeerKind kind, int workers, @Nullable Path java) throws IOException {
    return new PeerProcess(
        kind.title(),
        ChildProcess.jvm(
            kind.title(),
            java == null ? ChildProcess.ownJava() : java,
            kind == PeerKind.GRAAL_WASM
                ? List.of("-Dpolyglot.engine.WarnInterpreterOnly=false")
                : List.of(),
            PeerMain.class,
            kind.name(),
            Integer.toString(workers)));
  }

  /** Another program that keeps to the same protocol. */
  static PeerProcess program(String name, File directory, List<String> command) throws IOException {
    return new PeerProcess(
        name, ChildProcess.start(name, new ProcessBuilder(command).directory(directory)));
  }

  /**
   * Waits until it can be measured.
   *
   * @throws IllegalStateException naming what is missing
   */
  void awaitReady() throws InterruptedException {
    String line = process.line(SECONDS);
    if (!line.equals("ready")) {
      close();
      throw new IllegalStateException(line);
    }
  }

  @Override
  public Round run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception {
    process.say(call.name() + " " + calls + " " + inFlight + " " + timed);
    String line = process.line(SECONDS);
    String[] words = line.split(" ", -1);
    if (words.length != WORDS) {
      throw new IllegalStateException(name + " failed: " + line);
    }
    return new Round(
        Long.parseLong(words[0]),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Double.parseDouble(words[3]),
        Long.parseLong(words[4]));
  }

  @Override
  public void close() {
    process.close();
  }
}
