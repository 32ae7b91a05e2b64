package io.millrace.instance;

import static io.millrace.instance.WasiGuest.IN;
import static io.millrace.instance.WasiGuest.OUT;
import static io.millrace.instance.WasiGuest.OUT2;
import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.memory.LinearMemory;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a pool grants beside files and output: strings, clocks and random bytes. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CapabilityPolicyTest {

  private static final Instant NEW_YEAR = Instant.parse("2030-01-01T00:00:00.000000007Z");
  private static final long NEW_YEAR_NANOS = 1_893_456_000_000_000_007L;

  private static void with(CapabilityPolicy policy, Consumer<WasiGuest> test) {
    try (InstancePool pool = WasiGuest.pool(policy).build();
        GuestLease lease = pool.lease()) {
      test.accept(new WasiGuest((GuestInstance) lease.guest(null), null));
    }
  }

  private static List<String> strings(WasiGuest guest, String sizes, String get) {
    assertThat(guest.call(sizes, OUT, OUT + 4)).isZero();
    int count = guest.memory().getInt(OUT);
    int bytes = guest.memory().getInt(OUT + 4);
    assertThat(guest.call(get, IN, OUT2)).isZero();
    String text = guest.text(OUT2, bytes);
    List<String> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = guest.memory().getInt(IN + 4 * i);
      String rest = guest.text(from, OUT2 + bytes - from);
      found.add(rest.substring(0, rest.indexOf('\0')));
    }
    assertThat(text).isEqualTo(found.isEmpty() ? "" : String.join("\0", found) + "\0");
    return found;
  }

  @Test
  void argumentsAndEnvironmentAreWhatThePolicySays() {
    CapabilityPolicy policy =
        CapabilityPolicy.NONE
            .withArgs("guest", "", "größer")
            .withEnvironment("LANG", "C")
            .withEnvironment("EMPTY", "");
    with(
        policy,
        guest -> {
          assertThat(strings(guest, "args_sizes_get", "args_get"))
              .containsExactly("guest", "", "größer");
          assertThat(strings(guest, "environ_sizes_get", "environ_get"))
              .containsExactly("LANG=C", "EMPTY=");
        });
    with(
        CapabilityPolicy.NONE,
        guest -> {
          assertThat(strings(guest, "args_sizes_get", "args_get")).isEmpty();
          assertThat(strings(guest, "environ_sizes_get", "environ_get")).isEmpty();
        });
  }

  @Test
  void theHostsEnvironmentIsCopiedByNameOnly() {
    String name =
        System.getenv().keySet().stream().filter(each -> !each.isEmpty()).findAny().orElseThrow();
    CapabilityPolicy policy =
        CapabilityPolicy.NONE.withHostEnvironment(name, "MILLRACE_TEST_IS_NOT_SET");
    assertThat(policy.environment()).isEqualTo(Map.of(name, System.getenv(name)));
  }

  private static long time(WasiGuest guest, int clock) {
    assertThat(guest.call("clock_time_get", clock, 0, OUT)).isZero();
    return guest.memory().getLong(OUT);
  }

  @Test
  void aFixedClockStandsAndNobodySleeps() {
    with(
        CapabilityPolicy.NONE.withClock(new GuestClock.Fixed(NEW_YEAR)),
        guest -> {
          sleep(guest, Duration.ofDays(1));
          assertThat(time(guest, 0)).isEqualTo(NEW_YEAR_NANOS);
          assertThat(time(guest, 0)).isEqualTo(NEW_YEAR_NANOS);
          assertThat(time(guest, 1)).as("0 would pass for a broken clock").isEqualTo(1);
          assertThat(guest.call("clock_time_get", 2, 0, OUT)).isEqualTo(28);
        });
  }

  @Test
  void aSteppingClockGoesOnAtEachReadingAndAResetSetsItBack() {
    CapabilityPolicy policy =
        CapabilityPolicy.NONE.withClock(new GuestClock.Stepping(NEW_YEAR, Duration.ofMillis(2)));
    try (InstancePool pool = WasiGuest.pool(policy).build();
        GuestLease lease = pool.lease()) {
      WasiGuest guest = new WasiGuest((GuestInstance) lease.guest("a"), "a");
      assertThat(time(guest, 0)).isEqualTo(NEW_YEAR_NANOS);
      assertThat(time(guest, 1)).isEqualTo(2_000_001);
      assertThat(time(guest, 0)).isEqualTo(NEW_YEAR_NANOS + 4_000_000);
      sleep(guest, Duration.ofHours(1));
      assertThat(time(guest, 1)).isEqualTo(3600_000_000_000L + 6_000_001);
      assertThat(guest.instance().difference()).isPresent();
      WasiGuest next = new WasiGuest((GuestInstance) lease.guest("b"), "b");
      assertThat(next.instance()).isSameAs(guest.instance());
      assertThat(time(next, 0)).isEqualTo(NEW_YEAR_NANOS);
    }
  }

  /** poll_oneoff with one relative subscription to the monotonic clock. */
  private static void sleep(WasiGuest guest, Duration time) {
    LinearMemory memory = guest.memory();
    memory.fill(IN, 48, (byte) 0);
    memory.putInt(IN + 16, 1);
    memory.putLong(IN + 24, time.toNanos());
    assertThat(guest.call("poll_oneoff", IN, OUT2, 1, OUT)).isZero();
    assertThat(memory.getInt(OUT)).isEqualTo(1);
  }

  @Test
  void aManualClockIsItsOwnersAndWakesASleeper() throws Exception {
    GuestClock.Manual clock = new GuestClock.Manual(NEW_YEAR);
    CapabilityPolicy policy = CapabilityPolicy.NONE.withClock(clock);
    AtomicBoolean awake = new AtomicBoolean();
    Thread owner =
        new Thread(
            () -> {
              while (!awake.get()) {
                clock.advance(Duration.ofMinutes(6));
                LockSupport.parkNanos(1_000_000);
              }
            });
    with(
        policy,
        guest -> {
          assertThat(time(guest, 0)).isEqualTo(NEW_YEAR_NANOS);
          clock.advance(Duration.ofSeconds(1));
          assertThat(time(guest, 0)).isEqualTo(NEW_YEAR_NANOS + 1_000_000_000L);
          owner.start();
          sleep(guest, Duration.ofMinutes(30));
          awake.set(true);
          assertThat(time(guest, 1)).isGreaterThan(Duration.ofMinutes(30).toNanos());
        });
    owner.join();
    assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anInterruptEndsASleepOnAnyClock() {
    for (GuestClock clock : List.of(new GuestClock.Real(), new GuestClock.Manual(Instant.EPOCH))) {
      with(
          CapabilityPolicy.NONE.withClock(clock),
          guest -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> sleep(guest, Duration.ofDays(1)))
                .isInstanceOf(WorkerException.WorkerTerminated.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(guest.instance().usable()).isFalse();
          });
    }
  }

  private static byte[] random(WasiGuest guest, int bytes) {
    assertThat(guest.call("random_get", OUT, bytes)).isZero();
    return guest.memory().read(OUT, bytes);
  }

  @Test
  void seededBytesAreTheSameEverywhereHoweverTheyAreDrawn() {
    CapabilityPolicy policy = CapabilityPolicy.NONE.withRandom(new GuestRandom.Seeded(42));
    List<byte[]> drawn = new ArrayList<>();
    with(policy, guest -> drawn.add(random(guest, 10_000)));
    try (InstancePool pool = WasiGuest.pool(policy).build();
        GuestLease lease = pool.lease()) {
      WasiGuest guest = new WasiGuest((GuestInstance) lease.guest("a"), "a");
      byte[] pieces = new byte[10_000];
      for (int from = 0; from < pieces.length; from += 13) {
        int count = Math.min(13, pieces.length - from);
        System.arraycopy(random(guest, count), 0, pieces, from, count);
      }
      assertThat(pieces).isEqualTo(drawn.get(0));
      WasiGuest next = new WasiGuest((GuestInstance) lease.guest("b"), "b");
      assertThat(random(next, 10_000)).as("after a reset").isEqualTo(pieces);
    }
    with(
        CapabilityPolicy.NONE.withRandom(new GuestRandom.Seeded(43)),
        guest -> assertThat(random(guest, 10_000)).isNotEqualTo(drawn.get(0)));
    long ones = 0;
    for (byte each : drawn.get(0)) {
      ones += Integer.bitCount(each & 0xFF);
    }
    assertThat(ones).as("of 80,000 bits").isBetween(39_000L, 41_000L);
  }

  /** Draws five bytes while it starts; its function answers the next eight. */
  private static byte[] drawing() {
    return new WasmBuilder()
        .memory(3, 3)
        .imported(WasiFunctions.MODULE, "random_get", types(I32, I32), types(I32))
        .allocator(4096)
        .function("_initialize", types(), types(), 0x41, 0x80, 4, 0x41, 5, 0x10, 0, 0x1A)
        .function(
            "f",
            types(I32, I32),
            types(WasmBuilder.I64),
            IntStream.concat(
                    IntStream.of(0x41, 0x88, 4, 0x41, 8, 0x10, 0, 0x1A),
                    IntStream.of(WasmBuilder.i64(520L << 32 | 8)))
                .toArray())
        .build();
  }

  @Test
  void aLaterInstanceBeginsWhereTheFirstWasWhenItHadStarted() {
    CapabilityPolicy policy = CapabilityPolicy.NONE.withRandom(new GuestRandom.Seeded(42));
    List<byte[]> sequence = new ArrayList<>();
    with(policy, guest -> sequence.add(random(guest, 21)));
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("m", drawing())).capabilities(policy).build();
        GuestLease one = pool.lease();
        GuestLease other = pool.lease()) {
      for (GuestLease lease : List.of(one, other)) {
        byte[] first = Guests.call(lease, "f", new byte[0]);
        byte[] second = Guests.call(lease, "f", new byte[0]);
        assertThat(first).isEqualTo(Arrays.copyOfRange(sequence.get(0), 5, 13));
        assertThat(second).isEqualTo(Arrays.copyOfRange(sequence.get(0), 13, 21));
      }
      assertThat(pool.metrics().instancesCreated()).isEqualTo(2);
      assertThat(pool.snapshot().orElseThrow().randomBytesDrawn()).isEqualTo(5);
    }
  }

  @Test
  void secureBytesNeverRepeat() {
    try (InstancePool pool = WasiGuest.pool(CapabilityPolicy.NONE).build();
        GuestLease lease = pool.lease()) {
      byte[] first = random(new WasiGuest((GuestInstance) lease.guest("a"), "a"), 32);
      byte[] second = random(new WasiGuest((GuestInstance) lease.guest("b"), "b"), 32);
      assertThat(second).isNotEqualTo(first);
      assertThat(pool.metrics().resetDifferences()).isZero();
    }
  }

  /** The memory of a Go guest that has started holds the seeds of its hash tables. */
  private static byte[] startedGo(CapabilityPolicy policy, List<SnapshotReport> reports) {
    try (InstancePool pool =
            InstancePool.builder(Guests.auth())
                .moduleCache(Guests.COMPILED)
                .capabilities(policy)
                .build();
        GuestLease lease = pool.lease()) {
      GuestInstance instance = (GuestInstance) lease.guest(null);
      byte[] memory = instance.memory().read(0, instance.memory().sizeBytes());
      assertThat(instance.invoke(Invocation.of("echo", "a"))).containsExactly('a');
      reports.add(pool.snapshot().orElseThrow());
      return memory;
    }
  }

  @Test
  void aGoGuestStartsTheSameTwiceFromASeedAndNeverWithout() {
    CapabilityPolicy clock =
        CapabilityPolicy.NONE
            .withArgs("auth")
            .withEnvironment("GOGC", "50")
            .withFiles(GuestFiles.of(Map.of("etc/hosts", new byte[9])))
            .withClock(new GuestClock.Stepping(NEW_YEAR, Duration.ofNanos(100)));
    CapabilityPolicy seeded = clock.withRandom(new GuestRandom.Seeded(1));
    List<SnapshotReport> reports = new ArrayList<>();
    byte[] first = startedGo(seeded, reports);
    assertThat(startedGo(seeded, reports)).isEqualTo(first);
    assertThat(startedGo(clock, reports)).isNotEqualTo(startedGo(clock, reports));
    assertThat(reports)
        .allMatch(SnapshotReport::taken)
        .allMatch(report -> report.randomBytesDrawn() > 0)
        .extracting(SnapshotReport::randomBytesDrawn)
        .as("told alike of both sources")
        .containsOnly(reports.get(0).randomBytesDrawn());
  }

  @Test
  void theCGuestDrawsNoRandomBytesWhileItStarts() {
    try (InstancePool pool =
            InstancePool.builder(Guests.digest()).moduleCache(Guests.COMPILED).build();
        GuestLease lease = pool.lease()) {
      assertThat(Guests.call(lease, "echo", "a")).isEqualTo("a");
      assertThat(pool.snapshot().orElseThrow().randomBytesDrawn()).isZero();
    }
  }

  @Test
  void wrongSettingsAreRefusedInOneLine() {
    assertThatThrownBy(() -> CapabilityPolicy.NONE.withArgs("a\0b"))
        .hasMessageContaining("argument holds a NUL");
    assertThatThrownBy(() -> CapabilityPolicy.NONE.withEnvironment("A=B", "x"))
        .hasMessageContaining("\"A=B\": a name must not be empty nor hold a =");
    assertThatThrownBy(() -> CapabilityPolicy.NONE.withEnvironment("A", "x\0"))
        .hasMessageContaining("environment variable A holds a NUL");
    assertThatThrownBy(() -> CapabilityPolicy.NONE.withOutput(-1, written -> {}))
        .hasMessageContaining("outputLimitBytes is -1");
    assertThatThrownBy(() -> new GuestClock.Fixed(Instant.MAX)).hasMessageContaining("1970");
    assertThatThrownBy(() -> new GuestClock.Fixed(Instant.EPOCH.minusNanos(1)))
        .hasMessageContaining("1970");
    assertThatThrownBy(() -> new GuestClock.Stepping(NEW_YEAR, Duration.ofNanos(-1)))
        .hasMessageContaining("step is");
  }
}
