package io.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A peer in a process of its own. Says {@code ready}, or what is missing; then answers each line
 * {@code CALL CALLS IN_FLIGHT TIMED} by {@code NANOS P50_NANOS P99_NANOS MEAN_NANOS FAILED}, until
 * its input ends.
 */
final class PeerMain {

  private PeerMain() {}

  /** {@code PEER WORKERS} */
  public static void main(String[] args) throws Exception {
    PrintStream out = System.out;
    System.setOut(System.err); // what libraries say is no answer
    int code = 1;
    try (Peer peer = new ExecutorPeer(Integer.parseInt(args[1]), factory(args[0]))) {
      out.println("ready");
      answer(peer, out);
      code = 0;
    } catch (Exception | LinkageError missing) {
      out.println(missing.toString().lines().findFirst().orElse(""));
    }
    out.flush();
    Runtime.getRuntime().halt(code);
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

  private static void answer(Peer peer, PrintStream out) throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
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
}
