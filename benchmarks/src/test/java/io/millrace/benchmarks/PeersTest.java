package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.PeerRounds.Plan;
import io.millrace.instance.InstancePool;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
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

  @Test
  void aPeerThatHasFewerCallsUnderWayIsFound() throws Exception {
    Peer half = peer(PeerKind.COMMONS_POOL);
    Peer cheat =
        new Peer() {
          @Override
          public Round run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception {
            return half.run(call, calls, inFlight / 2, timed);
          }

          @Override
          public void close() {}
        };
    Map<PeerKind, Peer> two = new LinkedHashMap<>();
    two.put(PeerKind.MILLRACE, peer(PeerKind.MILLRACE));
    two.put(PeerKind.COMMONS_POOL, cheat);
    Figures figures = new Figures();
    PeerRounds.measure(two, PeerCall.SHA256, new Plan(5, 5, IN_FLIGHT, 20, 60)).put(figures);
    assertThat(figures.doubts())
        .anyMatch(why -> why.startsWith("sha256.commonsPool2.inFlight: 1"))
        .noneMatch(why -> why.startsWith("sha256.millrace.inFlight"));
    assertThat(figures.values())
        .containsKeys(
            "sha256.millrace.perSecond",
            "sha256.vs.commonsPool2",
            "sha256.vs.commonsPool2.p99Ratio");
  }

  @Test
  void aRoundsEndIsReckonedWith() {
    assertThat(PeerRounds.expectedInFlight(256, 256)).isEqualTo(128);
    assertThat(PeerRounds.expectedInFlight(256, 256_000)).isEqualTo(256, within(0.2));
  }
}
