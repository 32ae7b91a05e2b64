package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.PeerRounds.Plan;
import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

class PeersTest {

  private static final int IN_FLIGHT = 32;
  private static final int CALLS = 4_000;
  private static final int PAIRS = 8;

  private static InstancePool guests;
  private static final Map<PeerKind, Peer> PEERS = new EnumMap<>(PeerKind.class);

  @BeforeAll
  static void start() throws Exception {
    guests = PeerGuest.pool();
    for (PeerKind own : List.of(PeerKind.MILLRACE, PeerKind.MILLRACE_UNORDERED)) {
      PEERS.put(own, new MillracePeer(own, guests, 2));
    }
    PEERS.put(
        PeerKind.COMMONS_POOL,
        new ExecutorPeer(PeerKind.COMMONS_POOL, 2, CommonsPoolCaller.over(guests, 2)));
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
    PeerRound round = peer(kind).run(PeerCall.SHA256, CALLS, IN_FLIGHT, true);
    double wanted = PeerRounds.expectedInFlight(IN_FLIGHT, CALLS);
    assertThat(round.inFlight()).isBetween(0.65 * wanted, 1.05 * wanted);
  }

  /** A peer in which a call takes a microsecond, and so many are under way as it makes of told. */
  private static Peer reckoned(UnaryOperator<Double> underWay, long failed) {
    return new Peer() {
      @Override
      public PeerRound run(PeerCall call, int calls, int told, boolean timed) {
        Histogram sojourns = Peer.histogram();
        sojourns.recordValueWithCount((long) (1e3 * underWay.apply((double) told)), calls);
        return new PeerRound(calls * 1_000L, failed, sojourns);
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
    PeerRounds.measure(two, PeerCall.SHA256, new Plan(PAIRS, PAIRS, IN_FLIGHT, 20, 4, 1, 5))
        .put(figures);
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
    try (Peer peer = new ExecutorPeer(PeerKind.COMMONS_POOL, 1, () -> failing)) {
      calls.set(0);
      assertThat(peer.run(PeerCall.EMPTY, 150, 4, true).failed()).isEqualTo(50);
    }
  }

  private static byte[] digest() {
    try {
      return PeerCall.SHA256.reply().getBytes(StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException impossible) {
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
          return invocation.function().equals("nothing") ? new byte[0] : digest();
        };
    try (Peer ours = new MillracePeer(PeerKind.MILLRACE, new FakeGuests(guest), 1)) {
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
          public PeerRound run(PeerCall call, int calls, int inFlight, boolean timed) {
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

  /** Nobody asks a guest for nothing with no payload. */
  @Test
  void bothCallsBringTheSameKibibyteToTheGuest() {
    assertThat(PeerCall.EMPTY.payload()).hasSize(1024).isEqualTo(PeerCall.SHA256.payload());
    Payload payload = PeerCall.EMPTY.invocation().payload();
    assertThat(payload)
        .isInstanceOfSatisfying(
            Payload.Copied.class, copied -> assertThat(copied.length()).isEqualTo(1024));
  }

  @Test
  void roundsOfAProcessAreTheSameOnThisSide() {
    Histogram sojourns = Peer.histogram();
    sojourns.recordValueWithCount(1_000, 99);
    sojourns.recordValue(2_000_000);
    PeerRound round = new PeerRound(7_000, 3, sojourns);
    assertThat(PeerRound.parse(round.line())).isEqualTo(round);
    PeerRound both = round.and(PeerRound.parse("5000 1 500:300"));
    assertThat(both.nanos()).isEqualTo(12_000);
    assertThat(both.failed()).isEqualTo(4);
    assertThat(both.micros(50)).isEqualTo(0.5);
    assertThat(both.sojourns().getTotalCount()).isEqualTo(400);
    assertThatIllegalArgumentException().isThrownBy(() -> PeerRound.parse("no such class"));
  }

  /** It once hung for ever, and with it the run. */
  @Test
  void anErrorInACallEndsItsPeerAndIsNamed() throws Exception {
    AtomicBoolean failing = new AtomicBoolean();
    Caller caller =
        call -> {
          if (failing.get()) {
            throw new StackOverflowError("too deep");
          }
          return call == PeerCall.EMPTY ? new byte[0] : digest();
        };
    try (Peer peer = new ExecutorPeer(PeerKind.COMMONS_POOL, 2, () -> caller)) {
      failing.set(true);
      assertThatIllegalStateException()
          .isThrownBy(() -> peer.run(PeerCall.EMPTY, 1_000, 4, true))
          .withMessageContaining("commons-pool2 + executor broke down")
          .withMessageContaining("too deep");
    }
  }

  @Test
  void aPeerThatDoesNotEndIsNamedWithTheLimit() throws Exception {
    AtomicBoolean waiting = new AtomicBoolean();
    Caller caller =
        call -> {
          if (waiting.get()) {
            Thread.sleep(Duration.ofMinutes(1).toMillis());
          }
          return call == PeerCall.EMPTY ? new byte[0] : digest();
        };
    Duration limit = Duration.ofSeconds(1);
    try (Peer peer = new ExecutorPeer(PeerKind.COMMONS_POOL, 1, () -> caller, limit)) {
      waiting.set(true);
      assertThatIllegalStateException()
          .isThrownBy(() -> peer.run(PeerCall.EMPTY, 10, 4, false))
          .withMessage("commons-pool2 + executor did not end within 1 s");
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> Peer.count("a stream", Flux.never(), Duration.ofMillis(1)))
        .withMessage("a stream did not end within 0 s");
  }

  @Test
  void aPeerWhoseLibraryIsMissingIsNamedAndTheOthersGoOn() {
    Figures figures = new Figures();
    Map<PeerKind, Peer> peers = new EnumMap<>(PeerKind.class);
    PeersProfile.start(
        peers,
        PeerKind.COMMONS_POOL,
        figures,
        kind -> {
          throw new NoClassDefFoundError("org/apache/commons/pool2/PooledObjectFactory");
        });
    assertThat(peers).isEmpty();
    assertThat(figures.warnings())
        .containsExactly(
            "commons-pool2 + executor is missing: the class path lacks"
                + " org/apache/commons/pool2/PooledObjectFactory");
  }

  @Test
  void whoSeemsFasterThanTheLimitIsNotBelieved() {
    double[] pairs = {0.96, 0.97, 0.98, 0.99, 1.01, 1.02, 1.03, 1.04};
    assertThat(PeerRounds.passed(new Ratio(pairs))).isEmpty();
    Arrays.setAll(pairs, i -> 1.01 + i / 100.0);
    assertThat(PeerRounds.passed(new Ratio(pairs)))
        .hasValueSatisfying(why -> assertThat(why).startsWith("8 of 8 pairs are above 1"));
  }

  /** A round of a fast peer is made of slices between the others', one of a slow peer of fewer. */
  @Test
  void fastPeersTakeTurnsWithinARound() {
    List<PeerKind> turns = new ArrayList<>();
    Map<PeerKind, Peer> two = new LinkedHashMap<>();
    two.put(PeerKind.MILLRACE, noting(PeerKind.MILLRACE, turns, 1_000));
    two.put(PeerKind.COMMONS_POOL, noting(PeerKind.COMMONS_POOL, turns, 1_000_000));
    PeerRounds.measure(two, PeerCall.SHA256, new Plan(PAIRS, PAIRS, IN_FLIGHT, 20, 4, 1, 5));
    List<PeerKind> measured = turns.subList(turns.size() - 2 * PAIRS * (4 + 1), turns.size());
    assertThat(measured).filteredOn(PeerKind.MILLRACE::equals).hasSize(2 * PAIRS * 4);
    assertThat(measured).filteredOn(PeerKind.COMMONS_POOL::equals).hasSize(2 * PAIRS);
  }

  private static Peer noting(PeerKind kind, List<PeerKind> turns, long nanosOfACall) {
    Peer one = reckoned(told -> told, 0);
    return new Peer() {
      @Override
      public PeerRound run(PeerCall call, int calls, int told, boolean timed) throws Exception {
        turns.add(kind);
        PeerRound round = one.run(call, calls, told, timed);
        return new PeerRound(calls * nanosOfACall, 0, round.sojourns());
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void aRoundsEndIsReckonedWith() {
    assertThat(PeerRounds.expectedInFlight(256, 256)).isEqualTo(128);
    assertThat(PeerRounds.expectedInFlight(256, 256_000)).isEqualTo(256, within(0.2));
  }
}
