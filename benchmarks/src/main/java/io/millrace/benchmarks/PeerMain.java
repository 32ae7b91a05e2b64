package io.millrace.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;

/**
 * A peer in a process of its own. Says {@code ready}, or what is missing; then answers each line
 * {@code CALL CALLS IN_FLIGHT TIMED} by {@code NANOS P50_NANOS P99_NANOS MEAN_NANOS FAILED}, until
 * its input ends.
 */
final class PeerMain {

  private PeerMain() {}

  /** {@code PEER WORKERS} */
  public static void main(String[] args) throws Exception {
    BlockingQueue<String> lines = ParentWatch.start();
    PrintStream out = System.out;
    System.setOut(System.err); // what libraries say is no answer
    try (Peer peer = new ExecutorPeer(Integer.parseInt(args[1]), factory(args[0]))) {
      out.println("ready");
      while (true) {
        answer(peer, lines.take(), out);
      }
    } catch (Exception | LinkageError missing) {
      out.println(missing.toString().lines().findFirst().orElse(""));
    }
    out.flush();
    Runtime.getRuntime().halt(1);
  }

  private static Caller.Factory factory(String peer) throws IOException {
    byte[] flat = resource("/io/millrace/guests/c-digest.wasm");
    return switch (PeerKind.valueOf(peer)) {
      case EXTISM -> ExtismCaller.of(resource("extism-digest.wasm"));
      case WASMTIME -> () -> new WasmtimeCaller(flat);
      case V8 -> () -> new V8Caller(flat);
      case GRAAL_WASM -> () -> new GraalCaller(flat);
      default -> throw new IllegalArgumentException(peer + " is no peer with a process");
    };
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(PeerMain.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    }
  }

  private static void answer(Peer peer, String line, PrintStream out) throws Exception {
    String[] words = line.split(" ", -1);
    Peer.Round round =
        peer.run(
            PeerCall.valueOf(words[0]),
            Integer.parseInt(words[1]),
            Integer.parseInt(words[2]),
            Boolean.parseBoolean(words[3]));
    out.println(
        String.join(
            " ",
            Long.toString(round.nanos()),
            Long.toString(round.p50Nanos()),
            Long.toString(round.p99Nanos()),
            Double.toString(round.meanNanos()),
            Long.toString(round.failed())));
    out.flush();
  }
}
