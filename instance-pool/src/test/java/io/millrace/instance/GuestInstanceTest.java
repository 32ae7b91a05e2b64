package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GuestInstanceTest {

  private final InstancePool digest =
      InstancePool.builder(Guests.digest()).moduleCache(Guests.COMPILED).spares(0).build();
  private final InstancePool auth =
      InstancePool.builder(Guests.auth()).moduleCache(Guests.COMPILED).build();

  @AfterEach
  void close() {
    digest.close();
    auth.close();
    Thread.interrupted();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 1024, 65_535, 65_536, 65_537, 1 << 20, 16 << 20})
  void answersEqualTheJdksForEverySize(int size) throws Exception {
    long seed = System.nanoTime();
    byte[] payload = new byte[size];
    new Random(seed).nextBytes(payload);
    String expected =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
    long sum = 0;
    for (byte each : payload) {
      sum += each & 0xFF;
    }
    try (GuestLease c = digest.lease();
        GuestLease go = auth.lease()) {
      assertThat(Guests.call(c, "echo", payload)).as("seed %d", seed).isEqualTo(payload);
      assertThat(text(Guests.call(c, "sha256", payload))).isEqualTo(expected);
      assertThat(text(Guests.call(c, "sum", payload))).isEqualTo(Long.toString(sum));
      assertThat(Guests.call(go, "echo", payload)).isEqualTo(payload);
      assertThat(text(Guests.call(go, "sha256", payload))).isEqualTo(expected);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void anInstanceIsReusedFromCallToCallAndFromLeaseToLease() {
    for (int i = 0; i < 3; i++) {
      try (GuestLease lease = digest.lease()) {
        assertThat(Guests.call(lease, "echo", "a")).isEqualTo("a");
        assertThat(Guests.call(lease, "sum", "a")).isEqualTo("97");
      }
    }
    assertThat(digest.metrics().instancesCreated()).isEqualTo(1);
  }

  @Test
  void aTrapRetiresTheInstanceAndTheLeaseGoesOnWithANewOne() {
    try (GuestLease lease = digest.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "trap", ""))
          .isInstanceOf(WorkerException.GuestTrap.class)
          .hasMessageContaining("trap trapped")
          .hasMessageContaining("unreachable");
      assertThat(Guests.call(lease, "echo", "after")).isEqualTo("after");
    }
    assertThat(digest.metrics().instancesCreated()).isEqualTo(2);
    assertThat(digest.metrics().instancesRetired()).isEqualTo(1);
  }

  @Test
  void anInterruptStopsAGuestThatNeverEnds() {
    Thread caller = Thread.currentThread();
    Thread interrupter =
        new Thread(
            () -> {
              try {
                Thread.sleep(100);
              } catch (InterruptedException never) {
                return;
              }
              caller.interrupt();
            });
    interrupter.start();
    try (GuestLease lease = digest.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "spin", ""))
          .isInstanceOf(WorkerException.WorkerTerminated.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(Guests.call(lease, "echo", "after")).isEqualTo("after");
    }
    assertThat(digest.metrics().instancesRetired()).isEqualTo(1);
  }

  @Test
  void aPayloadOverTheLimitNeverReachesTheGuest() {
    InstancePool small =
        InstancePool.builder(Guests.digest())
            .moduleCache(Guests.COMPILED)
            .payloadLimitBytes(10)
            .build();
    try (GuestLease lease = small.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "echo", "12345678901"))
          .isInstanceOfSatisfying(
              WorkerException.PayloadTooLarge.class,
              tooLarge -> {
                assertThat(tooLarge.lengthBytes()).isEqualTo(11);
                assertThat(tooLarge.limitBytes()).isEqualTo(10);
              });
      assertThatThrownBy(() -> Guests.call(lease, "sha256", "12"))
          .isInstanceOf(WorkerException.PayloadTooLarge.class)
          .hasMessageContaining("reply of 64 bytes");
      assertThat(Guests.call(lease, "echo", "1234567890")).isEqualTo("1234567890");
    }
    assertThat(small.metrics().instancesCreated()).isEqualTo(1);
  }

  @Test
  void aGuestWithoutRoomForThePayloadSaysSoAndServesOn() {
    InstancePool narrow =
        InstancePool.builder(Guests.digest()).moduleCache(Guests.COMPILED).maximumPages(8).build();
    try (GuestLease lease = narrow.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "echo", new byte[1 << 20]))
          .isInstanceOf(WorkerException.PayloadTooLarge.class);
      assertThat(Guests.call(lease, "echo", "small")).isEqualTo("small");
    }
    assertThat(narrow.metrics().instancesCreated()).isEqualTo(1);
  }

  @Test
  void aModuleWithoutMemoryIsRefusedInOneLine() {
    byte[] wasm = RawModule.functions(1, RawModule.body(RawModule.bytes(0))).build();
    try (InstancePool pool = Guests.pool(wasm);
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> lease.guest(null))
          .isInstanceOf(WorkerException.AbiMismatch.class)
          .hasMessage(
              "test.wasm has no memory, where payloads could go; compile it with one, and export alloc");
      assertThat(pool.metrics().instances()).isZero();
    }
  }

  @Test
  void anUnknownFunctionIsRefusedWithTheNearestNames() {
    try (GuestLease lease = digest.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "sha265", ""))
          .isInstanceOf(WorkerException.AbiMismatch.class)
          .hasMessageContaining("no function sha265")
          .hasMessageContaining("nearest: sha256");
      assertThatThrownBy(() -> Guests.call(lease, "alloc", ""))
          .isInstanceOf(WorkerException.AbiMismatch.class)
          .hasMessageContaining("belongs to the ABI");
    }
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0x0000_0001_7FFF_FFFFL, // the length alone is beyond memory
        0x0001_0000_0000_0001L, // one byte behind the last page
        0xFFFF_FFFF_0000_0001L, // a pointer that is negative as an int
        0xFFFF_FFFF_FFFF_FFFFL, // both: the sum wraps around in 32 bits
        0x8000_0000_8000_0000L // the sum wraps around to zero in 32 bits
      })
  void aLyingResultIsRefusedBeforeItIsRead(long packed) {
    byte[] wasm = new WasmBuilder().memory(1, 2).allocator(1024).answering("lie", packed).build();
    InstancePool pool =
        InstancePool.builder(ModuleSource.of("lie", wasm)).payloadLimitBytes(100).build();
    try (GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "lie", "x"))
          .isInstanceOf(WorkerException.AbiMismatch.class)
          .hasMessageContaining("do not lie within the guest's memory of 65536 bytes");
    }
    assertThat(pool.metrics().instancesRetired()).as("a liar is not used again").isEqualTo(1);
  }

  @Test
  void anAllocatorThatPointsOutsideIsRefused() {
    byte[] wasm = new WasmBuilder().allocator(65_530).answering("f", 0).build();
    try (GuestLease lease = Guests.pool(wasm).lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "f", "x"))
          .isInstanceOf(WorkerException.AbiMismatch.class)
          .hasMessageContaining("alloc(65544) answered 65530");
    }
  }

  @Test
  void procExitEndsTheInvocationWithItsCode() {
    byte[] wasm =
        new WasmBuilder()
            .memory(3, 3)
            .imported("wasi_snapshot_preview1", "proc_exit", types(I32), types())
            .allocator(1024)
            .function("quit", types(I32, I32), types(I64), 0x41, 7, 0x10, 0, 0x42, 0)
            .build();
    try (GuestLease lease = Guests.pool(wasm).lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "quit", ""))
          .isInstanceOfSatisfying(
              WorkerException.GuestExit.class, exit -> assertThat(exit.exitCode()).isEqualTo(7));
    }
  }

  @Test
  void endlessRecursionIsATrapOfItsOwnInvocation() {
    byte[] wasm =
        new WasmBuilder()
            .memory(3, 3)
            .allocator(1024)
            .function("deep", types(I32, I32), types(I64), 0x20, 0, 0x20, 1, 0x10, 2)
            .build();
    try (GuestLease lease = Guests.pool(wasm).lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "deep", ""))
          .isInstanceOf(WorkerException.GuestTrap.class);
    }
  }

  @Test
  void dataSegmentsAreAppliedToEveryInstance() {
    byte[] wasm =
        new WasmBuilder()
            .memory(3, 3)
            .data(16, "segment")
            .allocator(1024)
            .answering("read", 16L << 32 | 7)
            .build();
    InstancePool pool = Guests.pool(wasm);
    for (int i = 0; i < 2; i++) {
      try (GuestLease one = pool.lease();
          GuestLease two = pool.lease()) {
        assertThat(Guests.call(one, "read", "")).isEqualTo("segment");
        assertThat(Guests.call(two, "read", "")).isEqualTo("segment");
      }
    }
  }
}
