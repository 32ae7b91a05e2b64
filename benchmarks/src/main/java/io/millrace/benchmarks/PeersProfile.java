package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Others that bring calls to a guest, on the same guest and the same 1 KiB, with as many calls in
 * flight: a function that does nothing, and SHA-256. All in one run and in turn. Raw loops and a
 * lock are the limit: they do without a thread hop. Millrace keeps the replies in order, which none
 * of the others does; without that it is measured, too.
 */
final class PeersProfile implements Profile {

  private static final int WORKERS = 2;
  private static final int IN_FLIGHT = 256;

  @Override
  public String name() {
    return "peers";
  }

  @Override
  public String description() {
    return "the same guest and 1 KiB through other pools and engines, in turn; the limit beside them";
  }

  @Override
  public int quickSeconds() {
    return 45;
  }

  @Override
  public void run(Figures figures) throws Exception {
    PeerRounds.Plan plan =
        new PeerRounds.Plan(
            Effort.of(Ratio.FEWEST_PAIRS, 9, 21),
            Effort.of(Ratio.FEWEST_PAIRS, 9, 25),
            IN_FLIGHT,
            Effort.of(80, 320, 320),
            Effort.of(2, 4, 4),
            2,
            Effort.of(250, 1_500, 3_000));
    Limits.measure(figures);
    byte[] wasm = PeerGuest.bytes();
    Map<PeerKind, Peer> peers = new EnumMap<>(PeerKind.class);
    try (InstancePool guests = PeerGuest.pool()) {
      try {
        startProcesses(peers, figures);
        for (PeerKind own : List.of(PeerKind.MILLRACE, PeerKind.MILLRACE_UNORDERED)) {
          peers.put(own, new MillracePeer(own, guests, WORKERS));
        }
        peers.put(PeerKind.RAW_LOOPS, LoopsPeer.raw(guests, WORKERS));
        peers.put(PeerKind.LOCK, LoopsPeer.locked(guests));
        start(
            peers,
            PeerKind.INSTANCE_PER_CALL,
            figures,
            kind -> new ExecutorPeer(kind, WORKERS, sharing(new PerCallCaller(wasm))));
        start(
            peers,
            PeerKind.COMMONS_POOL,
            figures,
            kind -> new ExecutorPeer(kind, WORKERS, CommonsPoolCaller.over(guests, WORKERS)));
        start(peers, PeerKind.REACTOR_POOL, figures, kind -> new FlatMapPeer(guests, WORKERS));
        awaitProcesses(peers, figures);
        for (PeerCall call : PeerCall.values()) {
          PeerRounds.measure(peers, call, plan).put(figures);
        }
      } finally {
        peers.values().forEach(Peer::close);
      }
    }
  }

  private static Caller.Factory sharing(Caller caller) {
    return () -> caller;
  }

  private static void startProcesses(Map<PeerKind, Peer> peers, Figures figures) {
    for (PeerKind kind : List.of(PeerKind.EXTISM, PeerKind.WASMTIME, PeerKind.V8)) {
      start(peers, kind, figures, each -> PeerProcess.jvm(each, WORKERS, null));
    }
    start(peers, PeerKind.PISCINA, figures, kind -> PiscinaInstall.start(WORKERS));
    start(
        peers,
        PeerKind.GRAAL_WASM,
        figures,
        kind -> PeerProcess.jvm(kind, WORKERS, OtherJava.find(25)));
    if (hasGraalCompiler()) {
      start(
          peers,
          PeerKind.GRAAL_WASM_COMPILED,
          figures,
          kind -> PeerProcess.jvm(kind, WORKERS, OtherJava.find(25)));
    } else {
      figures.note(
          "GraalWasm only interprets here. Its compiler, which makes it many times as fast, is under"
              + " the GPL with the Classpath Exception and no part of this: a GraalVM has one, or -D"
              + GraalCompiler.PROPERTY
              + " names one to be measured, too.");
    }
  }

  private static boolean hasGraalCompiler() {
    try {
      return System.getProperty(GraalCompiler.PROPERTY) != null
          || GraalCompiler.isIn(OtherJava.find(25));
    } catch (IOException | IllegalStateException noJava) {
      return false; // whoever interprets needs it, too, and is named as missing
    }
  }

  /** How a peer comes to be. */
  interface Start {

    /** Starts it. */
    Peer start(PeerKind kind) throws Exception;
  }

  /** Where it cannot, as for want of a library, it is named as missing, and the others go on. */
  static void start(Map<PeerKind, Peer> peers, PeerKind kind, Figures figures, Start start) {
    try {
      peers.put(kind, start.start(kind));
    } catch (Exception missing) {
      missing(figures, kind, missing.getMessage());
    } catch (LinkageError missing) {
      missing(figures, kind, "the class path lacks " + missing.getMessage());
    }
  }

  private static void missing(Figures figures, PeerKind kind, @Nullable String why) {
    figures.warn(kind.title() + " is missing: " + why);
  }

  private static void awaitProcesses(Map<PeerKind, Peer> peers, Figures figures) {
    for (PeerKind kind : PeerKind.values()) {
      if (peers.get(kind) instanceof PeerProcess process) {
        try {
          figures.note(kind.title() + ": " + process.awaitReady());
        } catch (Exception missing) {
          peers.remove(kind);
          process.close();
          missing(figures, kind, missing.getMessage());
        }
      }
    }
  }
}
