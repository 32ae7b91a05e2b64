package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import java.util.EnumMap;
import java.util.Map;

/**
 * Others that bring calls to a guest, on the same guest and payload, with as many calls in flight:
 * an empty call, and SHA-256 of 1 KiB. All in one run and in turn. Raw loops and a lock are the
 * limit: they do without a thread hop. Millrace keeps the replies in order, which none of the
 * others does; without that it is measured, too.
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
    return "the same guest through other pools and engines, in turn; the limit beside them";
  }

  @Override
  public int quickSeconds() {
    return 47;
  }

  @Override
  public void run(Figures figures) throws Exception {
    PeerRounds.Plan plan =
        new PeerRounds.Plan(
            Effort.of(8, 9, 21),
            Effort.of(8, 9, 25),
            IN_FLIGHT,
            Effort.of(80, 320, 320),
            Effort.of(1, 2, 2),
            Effort.of(350, 1_500, 3_000));
    Limits.measure(figures);
    byte[] wasm = DigestGuests.bytes();
    Map<PeerKind, Peer> peers = new EnumMap<>(PeerKind.class);
    try (InstancePool guests = DigestGuests.pool(false)) {
      try {
        startProcesses(peers, figures);
        peers.put(PeerKind.MILLRACE, new MillracePeer(guests, WORKERS, true));
        peers.put(PeerKind.MILLRACE_UNORDERED, new MillracePeer(guests, WORKERS, false));
        peers.put(PeerKind.RAW_LOOPS, LoopsPeer.raw(guests, WORKERS));
        peers.put(PeerKind.LOCK, LoopsPeer.locked(guests));
        peers.put(
            PeerKind.INSTANCE_PER_CALL,
            new ExecutorPeer(WORKERS, sharing(new PerCallCaller(wasm))));
        peers.put(
            PeerKind.COMMONS_POOL,
            new ExecutorPeer(WORKERS, CommonsPoolCaller.over(guests, WORKERS)));
        peers.put(PeerKind.REACTOR_POOL, new FlatMapPeer(guests, WORKERS));
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
    start(peers, PeerKind.EXTISM, figures, () -> PeerProcess.jvm(PeerKind.EXTISM, WORKERS, null));
    start(
        peers, PeerKind.WASMTIME, figures, () -> PeerProcess.jvm(PeerKind.WASMTIME, WORKERS, null));
    start(peers, PeerKind.V8, figures, () -> PeerProcess.jvm(PeerKind.V8, WORKERS, null));
    start(peers, PeerKind.PISCINA, figures, () -> PiscinaInstall.start(WORKERS));
    start(
        peers,
        PeerKind.GRAAL_WASM,
        figures,
        () -> PeerProcess.jvm(PeerKind.GRAAL_WASM, WORKERS, OtherJava.find(25)));
  }

  private interface Start {
    Peer start() throws Exception;
  }

  private static void start(
      Map<PeerKind, Peer> peers, PeerKind kind, Figures figures, Start start) {
    try {
      peers.put(kind, start.start());
    } catch (Exception missing) {
      missing(figures, kind, missing);
    }
  }

  private static void missing(Figures figures, PeerKind kind, Exception why) {
    figures.warn(kind.title() + " is missing: " + why.getMessage());
  }

  private static void awaitProcesses(Map<PeerKind, Peer> peers, Figures figures) {
    for (PeerKind kind : PeerKind.values()) {
      if (peers.get(kind) instanceof PeerProcess process) {
        try {
          process.awaitReady();
        } catch (Exception missing) {
          peers.remove(kind);
          process.close();
          missing(figures, kind, missing);
        }
      }
    }
  }
}
