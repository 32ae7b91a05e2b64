package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.instance.AbiDescriptor.Input;
import io.millrace.instance.AbiDescriptor.Result;
import io.millrace.instance.AbiDescriptor.Status;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which bytes cross, with guests that lie too. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AbiTest {

  private static final int[] SIZES = {0, 1, 1024, 65_535, 65_536, 65_537, 1 << 20, 16 << 20};

  private static final AbiDescriptor PREFIXED = flat(new Result.LengthPrefixed());
  private static final AbiDescriptor PAIR = flat(new Result.OutPointer());
  static final AbiDescriptor PER_CALL =
      new AbiDescriptor("alloc", "free", Input.BLOCK_PER_CALL, new Result.Packed(), false, null);
  private static final AbiDescriptor FREED =
      new AbiDescriptor("alloc", "free", Input.ARENA, new Result.Packed(), true, null);
  static final AbiDescriptor GETTERS =
      new AbiDescriptor(
          "alloc",
          null,
          Input.LAST_BLOCK,
          new Result.Getters(
              "output_ptr", "output_len", List.of(Status.UNCHANGED, Status.OUTPUT, Status.ERROR)),
          false,
          "dispose");

  private static AbiDescriptor flat(Result result) {
    return new AbiDescriptor("alloc", "free", Input.ARENA, result, false, null);
  }

  private static WasmBuilder builder() {
    return new WasmBuilder().memory(600, 600);
  }

  /** local.get 0, i64.extend_i32_u, i64.const 32, i64.shl, local.get 1, i64.extend_i32_u, i64.or */
  private static final int[] PACK = {0x20, 0, 0xAD, 0x42, 32, 0x86, 0x20, 1, 0xAD, 0x84};

  static byte[] echoPacked() {
    return builder().allocator(1024).function("echo", types(I32, I32), types(I64), PACK).build();
  }

  /** Copies to 20 MiB, behind the length. */
  private static byte[] echoPrefixed() {
    int[] at = WasmBuilder.i32(20 << 20);
    int[] behind = WasmBuilder.i32((20 << 20) + 4);
    return builder()
        .allocator(1024)
        .function(
            "echo",
            types(I32, I32),
            types(I32),
            join(
                at,
                of(0x20, 1, 0x36, 2, 0), // i32.store of the length
                behind,
                of(0x20, 0, 0x20, 1, 0xFC, 10, 0, 0), // memory.copy
                at))
        .build();
  }

  /** Stores pointer and length where its third argument points to. */
  private static byte[] echoPair() {
    return builder()
        .allocator(1024)
        .function(
            "echo",
            types(I32, I32, I32),
            types(),
            0x20,
            2,
            0x20,
            0,
            0x36,
            2,
            0,
            0x20,
            2,
            0x20,
            1,
            0x36,
            2,
            4)
        .build();
  }

  /** free(pointer, length) leaves the length at 512. */
  private static byte[] echoFreeingWithLength() {
    return builder()
        .function("alloc", types(I32), types(I32), join(WasmBuilder.i32(1024)))
        .function("free", types(I32, I32), types(), 0x41, 0x80, 4, 0x20, 1, 0x36, 2, 0)
        .function("echo", types(I32, I32), types(I64), PACK)
        .build();
  }

  /**
   * alloc sets the input (its length is kept at 512); the first byte is the status; output is the
   * input without it; dispose counts at 516.
   */
  static byte[] getters() {
    return builder()
        .function(
            "alloc",
            types(I32),
            types(I32),
            join(of(0x41, 0x80, 4, 0x20, 0, 0x36, 2, 0), WasmBuilder.i32(1024)))
        .function("format", types(), types(I32), join(WasmBuilder.i32(1024), of(0x2D, 0, 0)))
        .function("output_ptr", types(), types(I32), join(WasmBuilder.i32(1025)))
        .function("output_len", types(), types(I32), 0x41, 0x80, 4, 0x28, 2, 0, 0x41, 1, 0x6B)
        .function(
            "dispose", types(), types(), 0x41, 0x84, 4, 0x41, 0x84, 4, 0x28, 2, 0, 0x41, 1, 0x6A,
            0x36, 2, 0)
        .build();
  }

  private static int[] of(int... code) {
    return code;
  }

  private static int[] join(int[]... parts) {
    return Stream.of(parts).flatMapToInt(IntStream::of).toArray();
  }

  static InstancePool pool(byte[] wasm, AbiDescriptor abi) {
    return InstancePool.builder(ModuleSource.of("abi.wasm", wasm)).abi(abi).build();
  }

  static Stream<Arguments> echoes() {
    return Stream.of(
        Arguments.of("packed", echoPacked(), AbiDescriptor.FLAT),
        Arguments.of("prefixed", echoPrefixed(), PREFIXED),
        Arguments.of("pair", echoPair(), PAIR),
        Arguments.of("a block per call", echoPacked(), PER_CALL),
        Arguments.of("a block per call, freed with its length", echoFreeingWithLength(), PER_CALL),
        Arguments.of("result freed", echoPacked(), FREED));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("echoes")
  void everySizeComesBackUnchanged(String name, byte[] wasm, AbiDescriptor abi) {
    long seed = System.nanoTime();
    try (InstancePool pool = pool(wasm, abi);
        GuestLease lease = pool.lease()) {
      for (int size : SIZES) {
        byte[] payload = new byte[size];
        new Random(seed).nextBytes(payload);
        assertThat(Guests.call(lease, "echo", payload))
            .as("%s, %d, %d", name, seed, size)
            .isEqualTo(payload);
      }
      assertThat(Guests.call(lease, "echo", "again")).isEqualTo("again");
    }
  }

  @Test
  void aBlockPerCallGoesBackWithItsLength() {
    try (InstancePool pool = pool(echoFreeingWithLength(), PER_CALL);
        GuestLease lease = pool.lease()) {
      Guests.call(lease, "echo", "12345");
      assertThat(((GuestInstance) lease.guest(null)).memory().getInt(512)).isEqualTo(5);
    }
  }

  @Test
  void aStatusSaysWhatTheResultIs() {
    try (InstancePool pool = pool(getters(), GETTERS);
        GuestLease lease = pool.lease()) {
      assertThat(Guests.call(lease, "format", "\u0000same")).isEqualTo("\u0000same");
      assertThat(Guests.call(lease, "format", "\u0001new")).isEqualTo("new");
      assertThatThrownBy(() -> Guests.call(lease, "format", "\u0002line 1\nbad"))
          .isInstanceOf(WorkerException.GuestFailed.class)
          .hasMessageStartingWith("format answered with an error: line 1 bad");
      assertThat(Guests.call(lease, "format", "\u0001after")).isEqualTo("after");
      assertThat(((GuestInstance) lease.guest(null)).memory().getInt(516))
          .as("after each call, whatever came of it")
          .isEqualTo(4);
      assertThatThrownBy(() -> Guests.call(lease, "format", "\u0003"))
          .isInstanceOf(WorkerException.AbiMismatch.class)
          .hasMessage("format answered the status 3, the ABI knows 0..2; " + GuestResult.MEND);
      assertThat(pool.metrics().instancesCreated()).isEqualTo(1);
      assertThat(Guests.call(lease, "format", "\u0001x")).isEqualTo("x");
      assertThat(pool.metrics().instancesRetired()).as("who lies is replaced").isEqualTo(1);
    }
  }

  /** Each has "bad\nkey" at 4100. */
  static Stream<Arguments> errors() {
    int length = 1 << 31 | 7;
    return Stream.of(
        Arguments.of(
            AbiDescriptor.FLAT,
            builder().answering("lie", 4100L << 32 | Integer.toUnsignedLong(length))),
        Arguments.of(
            PREFIXED,
            builder()
                .function(
                    "lie",
                    types(I32, I32),
                    types(I32),
                    join(store(4096, length), WasmBuilder.i32(4096)))),
        Arguments.of(
            PAIR,
            builder().function("lie", types(I32, I32, I32), types(), storePair(4100, length))));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void aLengthWithItsTopBitSetIsThatOfAnError(AbiDescriptor abi, WasmBuilder module) {
    byte[] wasm = module.allocator(1024).data(4100, "bad\nkey").build();
    try (InstancePool pool = pool(wasm, abi);
        GuestLease lease = pool.lease()) {
      for (int round = 0; round < 2; round++) {
        assertThatThrownBy(() -> Guests.call(lease, "lie", "x"))
            .isInstanceOfSatisfying(
                WorkerException.GuestFailed.class,
                failure -> assertThat(failure.error()).isEqualTo("bad key"));
      }
      assertThat(pool.metrics().instancesRetired()).as("an error is an answer").isZero();
    }
  }

  @Test
  void anErrorsTextIsOneLineAsItStands() {
    String text = "a\u2028b\u202Ec\u0085d";
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    byte[] wasm =
        new WasmBuilder()
            .memory(2, 2)
            .allocator(1024)
            .data(100, text)
            .answering("lie", 100L << 32 | 1L << 31 | length)
            .build();
    try (InstancePool pool = Guests.pool(wasm);
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "lie", ""))
          .isInstanceOfSatisfying(
              WorkerException.GuestFailed.class,
              failure -> assertThat(failure.error()).isEqualTo("a b c d"));
    }
  }

  static Stream<Arguments> lies() {
    return Stream.of(
        // the prefix itself lies behind the end
        Arguments.of(PREFIXED, prefixed(WasmBuilder.i32(600 * 65_536 - 3))),
        Arguments.of(PREFIXED, prefixed(WasmBuilder.i32(-1))),
        // 0x7fffffff bytes, which end behind the end
        Arguments.of(
            PREFIXED, prefixed(join(store(4096, Integer.MAX_VALUE), WasmBuilder.i32(4096)))),
        Arguments.of(PREFIXED, prefixed(join(store(4096, -1), WasmBuilder.i32(4096)))),
        Arguments.of(PAIR, pair(-1, 1)),
        Arguments.of(PAIR, pair(1, Integer.MAX_VALUE)),
        Arguments.of(PAIR, pair(600 * 65_536, 1)));
  }

  private static byte[] prefixed(int[] code) {
    return builder().allocator(1024).function("lie", types(I32, I32), types(I32), code).build();
  }

  private static int[] store(int address, int value) {
    return join(WasmBuilder.i32(address), WasmBuilder.i32(value), of(0x36, 2, 0));
  }

  private static int[] storePair(int pointer, int length) {
    return join(
        of(0x20, 2),
        WasmBuilder.i32(pointer),
        of(0x36, 2, 0),
        of(0x20, 2),
        WasmBuilder.i32(length),
        of(0x36, 2, 4));
  }

  private static byte[] pair(int pointer, int length) {
    int[] code = storePair(pointer, length);
    return builder().allocator(1024).function("lie", types(I32, I32, I32), types(), code).build();
  }

  @ParameterizedTest
  @MethodSource("lies")
  void pointersAndLengthsAreHostileUntilChecked(AbiDescriptor abi, byte[] wasm) {
    try (InstancePool pool = pool(wasm, abi);
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "lie", "x"))
          .isInstanceOf(WorkerException.AbiMismatch.class)
          .hasMessageContaining("do not lie within the guest's memory");
    }
  }

  @Test
  void theDescriptorIsFoundWhereTheExportsSpeakForOneOnly() {
    assertThat(detected(echoPacked())).isEqualTo(AbiDescriptor.FLAT);
    assertThat(detected(echoPrefixed())).isEqualTo(PREFIXED);
    byte[] both =
        builder()
            .allocator(1024)
            .function("one", types(I32, I32), types(I64), PACK)
            .function("other", types(I32, I32), types(I32), 0x20, 0)
            .build();
    assertThat(AbiDescriptor.detect(typesOf(both))).isEmpty();
    assertThat(AbiDescriptor.detect(typesOf(getters())))
        .as("what a status means, nobody can tell")
        .isEmpty();
  }

  private static ModuleReport report(byte[] wasm) {
    return ModuleInspector.inspect(ModuleSource.of("abi.wasm", wasm));
  }

  private static AbiDescriptor detected(byte[] wasm) {
    return report(wasm).abi();
  }

  private static Map<String, String> typesOf(byte[] wasm) {
    return report(wasm).functions().stream()
        .collect(Collectors.toMap(ModuleReport.FunctionFit::name, ModuleReport.FunctionFit::type));
  }

  @Test
  void aPoolWithoutADescriptorTakesTheOneThatItFinds() {
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("prefixed.wasm", echoPrefixed())).build();
        GuestLease lease = pool.lease()) {
      assertThat(Guests.call(lease, "echo", "found")).isEqualTo("found");
    }
  }

  @Test
  void poolsWithOneCacheAndTwoDescriptorsDoNotMixThemUp() {
    ModuleCache cache = ModuleCache.create();
    try (InstancePool flat =
            InstancePool.builder(ModuleSource.of("one.wasm", echoPacked()))
                .moduleCache(cache)
                .build();
        InstancePool wrong =
            InstancePool.builder(ModuleSource.of("two.wasm", echoPacked()))
                .abi(PREFIXED)
                .moduleCache(cache)
                .build();
        GuestLease lease = flat.lease();
        GuestLease other = wrong.lease()) {
      assertThat(Guests.call(lease, "echo", "x")).isEqualTo("x");
      assertThatThrownBy(() -> Guests.call(other, "echo", "x"))
          .isInstanceOf(WorkerException.AbiMismatch.class)
          .hasMessageContaining("two.wasm")
          .hasMessageContaining("the ABI wants (i32, i32) -> i32");
      assertThat(cache.compiles()).isEqualTo(1);
    }
  }

  @Test
  void whatDoesNotBelongTogetherIsRefusedAtOnce() {
    assertThatThrownBy(
            () -> new AbiDescriptor("alloc", null, Input.ARENA, new Result.Packed(), true, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("set free");
  }
}
