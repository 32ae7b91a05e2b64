package io.millrace.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A peer in a process of its own. Says {@code ready DIGEST FACTS}, where the digest is what the
 * guest made of the payload, or what is missing; then answers each line {@code CALL CALLS IN_FLIGHT
 * TIMED} by a {@link PeerRound#line}, until its input ends.
 */
final class PeerMain {

  private static final int WARM_UP_SECONDS = 10;
  private static final int WARM_UP_CALLS = 2_000;

  private PeerMain() {}

  /** {@code PEER WORKERS} */
  public static void main(String[] args) throws Exception {
    BlockingQueue<String> lines = ParentWatch.start();
    PrintStream out = System.out;
    System.setOut(System.err); // what libraries say is no answer
    PeerKind kind = PeerKind.valueOf(args[0]);
    try (Peer peer = new ExecutorPeer(kind, Integer.parseInt(args[1]), factory(kind))) {
      if (kind == PeerKind.GRAAL_WASM_COMPILED) {
        warmUp(peer);
      }
      out.println("ready " + PeerCall.SHA256.reply() + " " + facts(kind)); // it was checked
      while (true) {
        answer(peer, lines.take(), out);
      }
    } catch (Exception | LinkageError missing) {
      out.println(missing.toString().lines().findFirst().orElse(""));
    }
    out.flush();
    Runtime.getRuntime().halt(1);
  }

  private static Caller.Factory factory(PeerKind peer) throws IOException {
    byte[] flat = PeerGuest.bytes();
    return switch (peer) {
      case EXTISM -> ExtismCaller.of(PeerGuest.bytes("extism-digest.wasm"));
      case WASMTIME -> () -> new WasmtimeCaller(flat);
      case V8 -> () -> new V8Caller(flat);
      case GRAAL_WASM, GRAAL_WASM_COMPILED -> () -> new GraalCaller(flat);
      default -> throw new IllegalArgumentException(peer + " is no peer with a process");
    };
  }

  /** Graal compiles itself first, for seconds, in which nobody else could be measured. */
  private static void warmUp(Peer peer) throws Exception {
    if (GraalCaller.isInterpreter()) {
      throw new IllegalStateException("this JVM does not take its compiler");
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
    while (System.nanoTime() < end) {
      for (PeerCall call : PeerCall.values()) {
        peer.run(call, WARM_UP_CALLS, 1, false);
      }
    }
  }

  /** Which versions they are that nobody else tells: libraries are told of with the machine. */
  private static String facts(PeerKind peer) throws Exception {
    String java =
        "Java "
            + System.getProperty("java.vm.version")
            + " of "
            + System.getProperty("java.vendor");
    return switch (peer) {
      case V8 -> "V8 " + V8Caller.version() + ", " + java;
      case GRAAL_WASM, GRAAL_WASM_COMPILED -> GraalCaller.engine() + ", " + java;
      default -> java;
    };
  }

  private static void answer(Peer peer, String line, PrintStream out) throws Exception {
    String[] words = line.split(" ", -1);
    PeerRound round =
        peer.run(
            PeerCall.valueOf(words[0]),
            Integer.parseInt(words[1]),
            Integer.parseInt(words[2]),
            Boolean.parseBoolean(words[3]));
    out.println(round.line());
    out.flush();
  }
}
