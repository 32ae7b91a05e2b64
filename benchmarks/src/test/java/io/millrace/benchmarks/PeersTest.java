package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.PeerRounds.Plan;
import io.millrace.instance.InstancePool;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeersTest {

  private static final int IN_FLIGHT = 32;
  private static final int CALLS = 4_000;

  private static InstancePool guests;
  private static final Map<PeerKind, Peer> PEERS = new EnumMap<>(PeerKind.class);

  @BeforeAll
  static void start() throws Exception {
    guests = DigestGuests.pool(false);
    PEERS.put(PeerKind.MILLRACE, new MillracePeer(guests, 2, true));
    PEERS.put(PeerKind.MILLRACE_UNORDERED, new MillracePeer(guests, 2, false));
    PEERS.put(PeerKind.COMMONS_POOL, new ExecutorPeer(2, CommonsPoolCaller.over(guests, 2)));
    PEERS.put(PeerKind.REACTOR_POOL, new FlatMapPeer(guests, 2));
    PEERS.put(PeerKind.LOCK, LoopsPeer.locked(guests));
  }

  @AfterAll
  static void stop() {
    PEERS.values().forEach(Peer::close);
    guests.close();
  }

  private static Peer peer(PeerKind kind) {
    return Objects.requireNonNull(PEERS.get(kind));
  }

  /** Little's law holds however fast a machine is, so this measures no speed. */
  @ParameterizedTest
  @EnumSource(
      value = PeerKind.class,
      names = {"MILLRACE", "MILLRACE_UNORDERED", "COMMONS_POOL", "REACTOR_POOL"})
  void asManyCallsAreUnderWayAsTheOthersHave(PeerKind kind) throws Exception {
    peer(kind).run(PeerCall.SHA256, CALLS, IN_FLIGHT, true); // cold, the first call is late
    Peer.Round round = peer(kind).run(PeerCall.SHA256, CALLS, IN_FLIGHT, true);
    double wanted = PeerRounds.expectedInFlight(IN_FLIGHT, CALLS);
    assertThat(round.inFlight(CALLS)).isBetween(0.65 * wanted, 1.05 * wanted);
  }

  /** Has another number of calls under way than it is told to. */
  private static Peer cheat(PeerKind kind, UnaryOperator<Integer> inFlight) {
    Peer peer = peer(kind);
    return new Peer() {
      @Override
      public Round run(PeerCall call, int calls, int told, boolean timed) throws Exception {
        return peer.run(call, calls, inFlight.apply(told), timed);
      }

      @Override
      public void close() {}
    };
  }

  private static Figures measure(Peer ours, Peer theirs) {
    Map<PeerKind, Peer> two = new LinkedHashMap<>();
    two.put(PeerKind.MILLRACE, ours);
    two.put(PeerKind.COMMONS_POOL, theirs);
    Figures figures = new Figures();
    PeerRounds.measure(two, PeerCall.SHA256, new Plan(5, 5, IN_FLIGHT, 20, 60)).put(figures);
    return figures;
  }

  @Test
  void aPeerThatHasFewerCallsUnderWayIsFoundAndItsTimesAreUncertain() {
    Figures figures =
        measure(peer(PeerKind.MILLRACE), cheat(PeerKind.COMMONS_POOL, told -> told / 2));
    assertThat(figures.uncertain().get("sha256.vs.commonsPool2.p99Ratio"))
        .contains("commons-pool2 + executor: 1")
        .contains("under way on average, all peers shall have 32");
    assertThat(figures.doubts()).noneMatch(why -> why.startsWith("sha256.millrace.inFlight"));
    assertThat(figures.values())
        .containsKeys(
            "sha256.millrace.perSecond",
            "sha256.vs.commonsPool2",
            "sha256.vs.commonsPool2.p99Ratio");
  }

  /** Whatever the size of the batches in which a stream is filled again. */
  @Test
  void ourLimitIsRaisedUntilAsManyAreUnderWay() {
    Peer halves = cheat(PeerKind.COMMONS_POOL, told -> told / 2);
    Figures figures = measure(halves, peer(PeerKind.COMMONS_POOL));
    assertThat(figures.doubts()).noneMatch(why -> why.startsWith("sha256.millrace.inFlight"));
    assertThat(figures.values().get("sha256.millrace.inFlight"))
        .isBetween(0.9 * IN_FLIGHT, 1.1 * IN_FLIGHT);
  }

  @Test
  void oursIsNotToBeTrustedWhereItHasFewerUnderWay() {
    Figures figures = measure(cheat(PeerKind.COMMONS_POOL, told -> 4), peer(PeerKind.COMMONS_POOL));
    assertThat(figures.doubts()).anyMatch(why -> why.startsWith("sha256.millrace.inFlight"));
  }

  @Test
  void failedCallsAreCountedAndNotValid() {
    Peer failing =
        new Peer() {
          @Override
          public Round run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception {
            Round round = peer(PeerKind.COMMONS_POOL).run(call, calls, inFlight, timed);
            return new Round(
                round.nanos(), round.p50Nanos(), round.p99Nanos(), round.meanNanos(), 1);
          }

          @Override
          public void close() {}
        };
    Figures figures = measure(peer(PeerKind.MILLRACE), failing);
    assertThat(figures.values().get("sha256.commonsPool2.failed")).isPositive();
    assertThat(figures.doubts())
        .anyMatch(why -> why.startsWith("sha256.commonsPool2.failed") && why.contains("none may"));
  }

  @Test
  void anExecutorsFailedCallsAreCounted() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Caller failing =
        call -> {
          if (calls.incrementAndGet() > 100) {
            throw new IllegalStateException("a trap");
          }
          return call == PeerCall.EMPTY ? new byte[0] : digest();
        };
    try (Peer peer = new ExecutorPeer(1, () -> failing)) {
      calls.set(0);
      assertThat(peer.run(PeerCall.EMPTY, 150, 4, true).failed()).isEqualTo(50);
    }
  }

  private static byte[] digest() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(PeerCall.SHA256.payload());
      return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Test
  void ourFailedCallsAreCounted() throws Exception {
    AtomicBoolean failing = new AtomicBoolean();
    Guest guest =
        invocation -> {
          if (failing.get()) {
            throw new WorkerException.GuestFailed("echo", "a trap");
          }
          return invocation.function().equals("echo") ? new byte[0] : digest();
        };
    try (Peer ours = new MillracePeer(new FakeGuests(guest), 1, true)) {
      assertThat(ours.run(PeerCall.EMPTY, 100, 4, true).failed()).isZero();
      failing.set(true);
      assertThat(ours.run(PeerCall.EMPTY, 100, 4, true).failed()).isEqualTo(100);
    }
  }

  @Test
  void aPeerThatBreaksDownTakesNobodyWithIt() {
    Peer broken =
        new Peer() {
          @Override
          public Round run(PeerCall call, int calls, int inFlight, boolean timed) {
            throw new IllegalStateException("its process is gone");
          }

          @Override
          public void close() {}
        };
    Figures figures = measure(peer(PeerKind.MILLRACE), broken);
    assertThat(figures.values())
        .containsKey("sha256.millrace.perSecond")
        .doesNotContainKey("sha256.vs.commonsPool2");
    assertThat(figures.doubts()).anyMatch(why -> why.contains("its process is gone"));
  }

  @Test
  void aRoundsEndIsReckonedWith() {
    assertThat(PeerRounds.expectedInFlight(256, 256)).isEqualTo(128);
    assertThat(PeerRounds.expectedInFlight(256, 256_000)).isEqualTo(256, within(0.2));
  }
}
