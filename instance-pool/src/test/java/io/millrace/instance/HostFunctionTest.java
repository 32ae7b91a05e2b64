package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Imports that a pool's user grants. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostFunctionTest {

  private static final String SIGNATURE = "(i32, i32) -> i64";

  /** Its function f passes its payload to env.f, and answers what that answers, packed. */
  private static final byte[] FORWARDING =
      new WasmBuilder()
          .memory(3, 3)
          .imported("env", "f", types(I32, I32), types(I64))
          .allocator(1024)
          .function("f", types(I32, I32), types(I64), 0x20, 0, 0x20, 1, 0x10, 0)
          .build();

  private static InstancePoolBuilder pool(byte[] wasm) {
    return InstancePool.builder(ModuleSource.of("m", wasm)).spares(0);
  }

  private static InstancePool forwardingTo(HostFunction function) {
    return pool(FORWARDING).hostFunction("env", "f", SIGNATURE, function).build();
  }

  private static long packed(int pointer, int length) {
    return (long) pointer << 32 | length;
  }

  @Test
  void aHostFunctionReadsAndWritesTheGuestsMemory() {
    Thread worker = Thread.currentThread();
    List<String> calls = new ArrayList<>();
    HostFunction upperCase =
        (call, args) -> {
          assertThat(Thread.currentThread()).isSameAs(worker);
          assertThat(call.memoryBytes()).isEqualTo(3 << 16);
          int pointer = (int) args[0];
          int length = (int) args[1];
          calls.add(call.function() + " " + call.tenant());
          byte[] bytes = new byte[length + 1];
          call.read(pointer, bytes, 1, length);
          assertThat(bytes).endsWith(call.read(pointer, length));
          call.write(2048, call.readUtf8(pointer, length).toUpperCase(Locale.ROOT).getBytes(UTF_8));
          return packed(2048, length);
        };
    try (InstancePool pool = forwardingTo(upperCase);
        GuestLease lease = pool.lease()) {
      assertThat(Guests.call(lease, "f", "grüs")).isEqualTo("GRÜS");
      lease.guest("a").invoke(Invocation.of("f", "x").withTenant("a"));
    }
    assertThat(calls).containsExactly("f null", "f a");
  }

  @Test
  void whatItThrowsFailsItsOwnInvocationUnderItsName() {
    HostFunction picky =
        (call, args) -> {
          if (args[1] == 0) {
            throw new IOException("no bytes to send");
          }
          return packed((int) args[0], 1);
        };
    try (InstancePool pool = forwardingTo(picky);
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "f", ""))
          .isInstanceOfSatisfying(
              WorkerException.HostFunctionFailed.class,
              failed -> assertThat(failed.hostFunction()).isEqualTo("env.f"))
          .hasMessageStartingWith("f failed: host function env.f: no bytes to send")
          .hasCauseInstanceOf(IOException.class);
      assertThat(Guests.call(lease, "f", "x")).isEqualTo("x");
      assertThat(pool.metrics().instancesRetired()).isEqualTo(1);
    }
  }

  /** The guest has unwound half-way whatever the kind: none of them may leave it in use. */
  @Test
  void aFailureOfThePoolsOwnKindIsTheHostFunctionsToo() {
    List<Throwable> kinds =
        List.of(
            new WorkerException.InboxFull(1),
            new WorkerException.AbiMismatch("of another pool", "mend that"),
            new HostSignal.Exit(3),
            new StackOverflowError(),
            new AssertionError("x"));
    for (Throwable kind : kinds) {
      HostFunction throwing =
          (call, args) -> {
            if (kind instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) kind;
          };
      try (InstancePool pool = forwardingTo(throwing);
          GuestLease lease = pool.lease()) {
        assertThatThrownBy(() -> Guests.call(lease, "f", "x"))
            .isInstanceOf(WorkerException.HostFunctionFailed.class)
            .hasCause(kind);
        assertThat(pool.metrics().instancesCreated()).isEqualTo(1);
        lease.guest(null);
        assertThat(pool.metrics().instancesRetired()).as(kind.toString()).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"-1, 2", "196607, 2", "0, -1", "2147483647, 2147483647", "196608, 1"})
  void nothingOutsideTheGuestsMemoryIsReached(int address, int length) {
    List<HostFunction> wild =
        List.of(
            (call, args) -> call.read(address, length).length,
            (call, args) -> call.readUtf8(address, length).length(),
            (call, args) -> {
              call.write(address, new byte[2], 0, length);
              return 0;
            });
    for (HostFunction function : wild) {
      try (InstancePool pool = forwardingTo(function);
          GuestLease lease = pool.lease()) {
        assertThatThrownBy(() -> Guests.call(lease, "f", "x"))
            .isInstanceOf(WorkerException.HostFunctionFailed.class)
            .hasCauseInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @Test
  void theViewOfTheGuestEndsWithTheCall() {
    AtomicReference<HostCall> kept = new AtomicReference<>();
    HostFunction keeping =
        (call, args) -> {
          kept.set(call);
          return 0;
        };
    try (InstancePool pool = forwardingTo(keeping);
        GuestLease lease = pool.lease()) {
      assertThat(Guests.call(lease, "f", "x")).isEmpty();
      HostCall over = Objects.requireNonNull(kept.get());
      assertThatThrownBy(() -> over.read(0, 1)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> over.read(0, new byte[1], 0, 1))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> over.write(0, new byte[1]))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(over::tenant).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anInterruptStopsAHostFunctionThatBlocks() {
    CountDownLatch never = new CountDownLatch(1);
    HostFunction blocking =
        (call, args) -> {
          Thread.currentThread().interrupt();
          never.await();
          return 0;
        };
    HostFunction wrapping =
        (call, args) -> {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted, and wrapped");
        };
    for (HostFunction function : List.of(blocking, wrapping)) {
      try (InstancePool pool = forwardingTo(function);
          GuestLease lease = pool.lease()) {
        assertThatThrownBy(() -> Guests.call(lease, "f", "x"))
            .isInstanceOf(WorkerException.WorkerTerminated.class);
        assertThat(Thread.interrupted()).isTrue();
      }
    }
  }

  @Test
  void everyNumberTypeCrosses() {
    int f32 = 0x7D;
    int f64 = 0x7C;
    byte[] wasm =
        new WasmBuilder()
            .memory(3, 3)
            .imported("env", "mix", types(I32, I64, f32, f64), types(f32))
            .imported("env", "done", types(), types())
            .allocator(1024)
            .function(
                "f",
                types(I32, I32),
                types(I64),
                // i32.const 16, mix(-1, -1, 1.5f, -2.0), f32.store; done()
                0x41,
                16,
                0x41,
                0x7F,
                0x42,
                0x7F,
                0x43,
                0,
                0,
                0xC0,
                0x3F,
                0x44,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0xC0,
                0x10,
                0,
                0x38,
                2,
                0,
                0x10,
                1,
                0x42,
                0x84,
                0x80,
                0x80,
                0x80,
                0x80,
                2)
            .build();
    List<Object> got = new ArrayList<>();
    try (InstancePool pool =
            pool(wasm)
                .hostFunction(
                    "env",
                    "mix",
                    "( i32 ,i64,f32, f64 )->f32",
                    (call, args) -> {
                      got.add(args[0]);
                      got.add(args[1]);
                      got.add(Float.intBitsToFloat((int) args[2]));
                      got.add(Double.longBitsToDouble(args[3]));
                      return Float.floatToRawIntBits(-0.25f);
                    })
                .hostFunction(
                    "env",
                    "done",
                    "() -> ()",
                    (call, args) -> {
                      got.add(args.length);
                      return 99;
                    })
                .build();
        GuestLease lease = pool.lease()) {
      byte[] bits = Guests.call(lease, "f", new byte[0]);
      assertThat(bits).containsExactly(0, 0, 0x80, 0xBE);
    }
    assertThat(got).containsExactly(-1L, -1L, 1.5f, -2.0, 0);
  }

  @Test
  void anImportThatIsNotGrantedIsRefusedWithWhatWouldGrantIt() {
    assertThatThrownBy(() -> pool(FORWARDING).build().load().block())
        .isInstanceOf(WorkerException.CapabilityDenied.class)
        .hasMessage(
            "m asks for imports that are not granted: env.f (i32, i32) -> i64:"
                + " hostFunction(\"env\", \"f\", ..)");
    assertThatThrownBy(
            () ->
                pool(FORWARDING)
                    .hostFunction("env", "f", "(i32) -> i64", (call, args) -> 0)
                    .build()
                    .load()
                    .block())
        .isInstanceOf(WorkerException.CapabilityDenied.class)
        .hasMessageContaining(
            "env.f (i32, i32) -> i64: the host function of that name is (i32) -> i64");
  }

  @Test
  void aDotInANameIsNoWayRoundTheGrant() {
    byte[] dotted =
        new WasmBuilder().imported("env.admin", "drop", types(), types()).allocator(1024).build();
    assertThatThrownBy(
            () ->
                pool(dotted)
                    .hostFunction("env", "admin.drop", "() -> ()", (call, args) -> 0)
                    .build()
                    .load()
                    .block())
        .isInstanceOf(WorkerException.CapabilityDenied.class)
        .hasMessageContaining("hostFunction(\"env.admin\", \"drop\", ..)");
  }

  @Test
  void theReportOfAPoolSaysWhatItGrants() {
    ModuleReport report = Objects.requireNonNull(forwardingTo((call, args) -> 0).load().block());
    assertThat(report.imports())
        .containsExactly(new ModuleReport.Import("env", "f", "function", SIGNATURE, true));
  }

  @Test
  void onlyTheFirstImportsAreListedAndControlCharactersAreNot() {
    WasmBuilder greedy = new WasmBuilder().allocator(1024);
    for (int i = 0; i < 20; i++) {
      greedy.imported("env", "f\n" + i, types(), types());
    }
    assertThatThrownBy(() -> pool(greedy.build()).build().load().block())
        .isInstanceOfSatisfying(
            WorkerException.CapabilityDenied.class,
            denied -> assertThat(denied.missing()).hasSize(20).contains("env.f\\n0", "env.f\\n19"))
        .hasMessageContaining("env.f\\n7 () -> ()")
        .hasMessageContaining("; and 12 more")
        .hasMessageNotContaining("f\\n8")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "i32 -> i32",
        "(i32)",
        "(i32) -> ",
        "(i32,) -> ()",
        "(i32) -> i32, i32",
        "(v128) -> ()",
        "(I32) -> ()",
        "() -> (i32)",
        "(i32 i32) -> ()",
        "(,) -> ()"
      })
  void anUnreadableSignatureIsRefused(String signature) {
    assertThatThrownBy(
            () -> pool(FORWARDING).hostFunction("env", "f", signature, (call, args) -> 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("wanted is one such as (i32, i64) -> f32");
  }

  @Test
  void aNameIsGrantedOnceAndWasiIsNoHostFunction() {
    HostFunction zero = (call, args) -> 0;
    InstancePoolBuilder builder = pool(FORWARDING).hostFunction("env", "f", SIGNATURE, zero);
    assertThatThrownBy(() -> builder.hostFunction("env", "f", "() -> ()", zero))
        .hasMessage("host function env.f is given twice");
    assertThatThrownBy(
            () -> builder.hostFunction("wasi_snapshot_preview1", "fd_write", SIGNATURE, zero))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is a function of WASI");
  }

  @Test
  void aStartThatAHostFunctionFailsIsRefusedUnderItsName() {
    byte[] wasm =
        new WasmBuilder()
            .memory(3, 3)
            .imported("env", "setup", types(), types())
            .allocator(1024)
            .function("_initialize", types(), types(), 0x10, 0)
            .build();
    HostFunction setup =
        (call, args) -> {
          throw new IOException(call.function() + ": no database");
        };
    try (InstancePool pool = pool(wasm).hostFunction("env", "setup", "() -> ()", setup).build();
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> lease.guest(null))
          .isInstanceOf(WorkerException.ModuleRejected.class)
          .hasMessageContaining("host function env.setup failed:")
          .hasMessageContaining("(start): no database");
    }
  }
}
