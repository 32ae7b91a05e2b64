package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Others that bring calls to a guest, on the same guest and payload, with as many calls in flight:
 * an empty call, and SHA-256 of 1 KiB. All in one run and in turn. Raw loops and a lock are the
 * limit: they do without a thread hop.
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

  /** How long each part takes; the whole ends within a minute. */
  private record Plan(int rounds, long roundMillis, long warmUpMillis, int timedRounds) {}

  @Override
  public void run(Figures figures) throws Exception {
    Plan plan =
        new Plan(
            Effort.rounds(9),
            Effort.of(40, 100, 300),
            Effort.of(150, 1_000, 3_000),
            Effort.of(3, 5, 9));
    Limits.measure(figures);
    byte[] wasm = DigestGuests.bytes();
    Map<PeerKind, Peer> peers = new EnumMap<>(PeerKind.class);
    try (InstancePool guests = DigestGuests.pool(false)) {
      try {
        startProcesses(peers, figures);
        peers.put(PeerKind.MILLRACE, new MillracePeer(guests, WORKERS));
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
          measure(figures, peers, call, plan);
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
    figures.note(kind.title() + " is missing: " + why.getMessage());
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

  private static void measure(Figures figures, Map<PeerKind, Peer> peers, PeerCall call, Plan plan)
      throws Exception {
    PeerKind[] kinds = peers.keySet().toArray(PeerKind[]::new);
    Map<PeerKind, Integer> calls = new EnumMap<>(PeerKind.class);
    Map<PeerKind, double[]> rates = new EnumMap<>(PeerKind.class);
    Map<PeerKind, double[]> p50 = new EnumMap<>(PeerKind.class);
    Map<PeerKind, double[]> p99 = new EnumMap<>(PeerKind.class);
    for (PeerKind kind : kinds) {
      calls.put(kind, warmUp(peers, kind, call, plan));
      rates.put(kind, new double[plan.rounds]);
      p50.put(kind, new double[plan.timedRounds]);
      p99.put(kind, new double[plan.timedRounds]);
    }
    for (int round = 0; round < plan.rounds + plan.timedRounds; round++) {
      int timedRound = round - plan.rounds;
      for (int i = 0; i < kinds.length; i++) {
        PeerKind kind = kinds[(i + round) % kinds.length];
        int count = of(calls, kind);
        Peer.Round done = of(peers, kind).run(call, count, IN_FLIGHT, timedRound >= 0);
        if (timedRound < 0) {
          of(rates, kind)[round] = count * 1e9 / done.nanos();
        } else {
          of(p50, kind)[timedRound] = done.p50Nanos() / 1e3;
          of(p99, kind)[timedRound] = done.p99Nanos() / 1e3;
        }
      }
    }
    for (PeerKind kind : kinds) {
      String prefix = call.word() + "." + kind.word();
      figures.put(prefix + ".perSecond", of(rates, kind));
      figures.put(prefix + ".p50Micros", of(p50, kind));
      figures.put(prefix + ".p99Micros", of(p99, kind));
    }
    for (PeerKind kind : kinds) {
      double[] against = quotients(of(rates, PeerKind.MILLRACE), of(rates, kind));
      if (kind == PeerKind.RAW_LOOPS) {
        figures.put(call.word() + ".limitShare", new Ratio(against));
      } else if (kind != PeerKind.MILLRACE) {
        putVerdict(figures, call.word() + ".vs." + kind.word(), new Ratio(against));
      }
    }
  }

  /** Where half of the pairs scatter widely, but all on one side of 1, the verdict stands. */
  private static void putVerdict(Figures figures, String name, Ratio ratio) {
    if (ratio.lowerQuartile() > 1 || ratio.upperQuartile() < 1) {
      figures.put(name, ratio.pairs());
    } else {
      figures.put(name, ratio);
    }
  }

  /** How many calls take as long as a round shall, once the peer is warm. */
  private static int warmUp(Map<PeerKind, Peer> peers, PeerKind kind, PeerCall call, Plan plan)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(plan.warmUpMillis);
    long wanted = TimeUnit.MILLISECONDS.toNanos(plan.roundMillis);
    int calls = IN_FLIGHT;
    boolean timed = false;
    do {
      long nanos = of(peers, kind).run(call, calls, IN_FLIGHT, timed).nanos();
      double factor = Math.min(4, (double) wanted / Math.max(1, nanos));
      calls = (int) Math.max(IN_FLIGHT, calls * factor);
      timed = !timed;
    } while (System.nanoTime() < end);
    return calls;
  }

  private static <V> V of(Map<PeerKind, V> all, PeerKind kind) {
    V value = all.get(kind);
    if (value == null) {
      throw new IllegalStateException(kind + " is not measured");
    }
    return value;
  }

  private static double[] quotients(double[] ours, double[] theirs) {
    double[] quotients = new double[ours.length];
    Arrays.setAll(quotients, i -> ours[i] / theirs[i]);
    return quotients;
  }
}
