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
import org.junit.jupiter.params.provider.ValueSource;

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

  /** A peer in which a call takes a microsecond, and so many are under way as it makes of told. */
  private static Peer reckoned(UnaryOperator<Double> underWay, long failed) {
    return new Peer() {
      @Override
      public Round run(PeerCall call, int calls, int told, boolean timed) {
        double mean = 1e3 * underWay.apply((double) told);
        return new Round(calls * 1_000L, (long) mean, (long) mean, mean, failed);
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
    PeerRounds.measure(two, PeerCall.SHA256, new Plan(5, 5, IN_FLIGHT, 20, 1, 5)).put(figures);
    return figures;
  }

  @Test
  void aPeerThatHasFewerCallsUnderWayIsFoundAndItsTimesAreUncertain() {
    Figures figures = measure(reckoned(told -> told, 0), reckoned(told -> told / 2, 0));
    assertThat(figures.uncertain().get("sha256.vs.commonsPool2.p99Ratio"))
        .isEqualTo(
            "commons-pool2 + executor: 16 calls were under way on average, all peers shall have"
                + " 32");
    assertThat(figures.doubts()).isEmpty();
    assertThat(figures.values())
        .containsKeys(
            "sha256.millrace.perSecond",
            "sha256.vs.commonsPool2",
            "sha256.vs.commonsPool2.p99Ratio");
  }

  /** Whatever the size of the batches in which a stream is filled again. */
  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.5, 0.8, 0.97})
  void ourLimitIsRaisedUntilAsManyAreUnderWay(double share) {
    Figures figures = measure(reckoned(told -> share * told, 0), reckoned(told -> told, 0));
    assertThat(figures.doubts()).isEmpty();
    assertThat(figures.values().get("sha256.millrace.inFlight"))
        .isBetween(0.95 * IN_FLIGHT, 1.05 * IN_FLIGHT);
  }

  @Test
  void oursIsNotToBeTrustedWhereItHasFewerUnderWay() {
    Figures figures = measure(reckoned(told -> 28.0, 0), reckoned(told -> told, 0));
    assertThat(figures.doubts()).anyMatch(why -> why.startsWith("sha256.millrace.inFlight"));
  }

  @Test
  void failedCallsAreCountedAndNotValid() {
    Figures figures = measure(reckoned(told -> told, 0), reckoned(told -> told, 1));
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
    Figures figures = measure(reckoned(told -> told, 0), broken);
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
