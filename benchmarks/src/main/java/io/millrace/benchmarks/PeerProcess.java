package io.millrace.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A peer in a process of its own, which measures itself: what comes through the pipe is when to
 * begin and how it went.
 *
 * @see PeerMain
 */
final class PeerProcess implements Peer {

  private static final int READY_WORDS = 3;

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
            flags(kind),
            PeerMain.class,
            kind.name(),
            Integer.toString(workers)));
  }

  /** Whatever the JVM could do, one GraalWasm interprets, and the other does not. */
  private static List<String> flags(PeerKind kind) {
    return switch (kind) {
      case GRAAL_WASM ->
          List.of(
              "-Dpolyglot.engine.WarnInterpreterOnly=false", "-Dtruffle.UseFallbackRuntime=true");
      case GRAAL_WASM_COMPILED ->
          GraalCompiler.jar()
              .map(jar -> GraalCompiler.flags(jar, System.getProperty("java.class.path")))
              .orElse(List.of()); // a GraalVM has it
      default -> List.of();
    };
  }

  /** Another program that keeps to the same protocol. */
  static PeerProcess program(String name, File directory, List<String> command) throws IOException {
    return new PeerProcess(
        name, ChildProcess.start(name, new ProcessBuilder(command).directory(directory)));
  }

  /**
   * Waits until it can be measured, and answers which versions it is made of.
   *
   * @throws IllegalStateException naming what is missing, or when its guest had another payload
   */
  String awaitReady() throws InterruptedException, GeneralSecurityException {
    String line = process.line(LIMIT.toSeconds());
    String[] words = line.split(" ", READY_WORDS);
    if (words.length < READY_WORDS || !words[0].equals("ready")) {
      close();
      throw new IllegalStateException(line);
    }
    PeerCall.SHA256.check(words[1].getBytes(StandardCharsets.US_ASCII));
    return words[2];
  }

  @Override
  public PeerRound run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception {
    process.say(call.name() + " " + calls + " " + inFlight + " " + timed);
    String line = process.line(LIMIT.toSeconds());
    try {
      return PeerRound.parse(line);
    } catch (IllegalArgumentException other) {
      throw new IllegalStateException(name + " failed: " + line, other);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
