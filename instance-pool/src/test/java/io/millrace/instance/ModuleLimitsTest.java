package io.millrace.instance;

import static io.millrace.instance.RawModule.NO_TYPE;
import static io.millrace.instance.RawModule.body;
import static io.millrace.instance.RawModule.bytes;
import static io.millrace.instance.RawModule.join;
import static io.millrace.instance.RawModule.leb;
import static io.millrace.instance.RawModule.repeat;
import static io.millrace.instance.RawModule.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.instance.ModuleLimits.Limit;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit: reached is accepted, passed by one is refused with both figures. */
class ModuleLimitsTest {

  private static final int N = 300;

  @ParameterizedTest
  @EnumSource
  void aLimitIsAcceptedAndOneBeyondIsRefused(Limit limit) {
    byte[] module = module(limit);
    long figure = figure(limit, module);
    ModuleScan.scan("m", module, ModuleLimits.defaults().with(limit, figure));
    ModuleLimits lower = ModuleLimits.defaults().with(limit, figure - 1);
    assertThatThrownBy(() -> ModuleScan.scan("m", module, lower))
        .isInstanceOfSatisfying(
            WorkerException.ModuleRejected.class,
            refusal -> {
              assertThat(refusal.figure()).isEqualTo(figure);
              assertThat(refusal.limit()).isEqualTo(figure - 1);
            })
        .hasMessageMatching("m (has|needs about) " + figure + " [^\\n]+")
        .hasMessageContaining(", the limit is " + (figure - 1) + "; " + limit.advice());
    assertThat(limit.advice())
        .matches("(use a smaller module|give the JVM more heap), or raise ModuleLimits." + limit);
  }

  private static long figure(Limit limit, byte[] module) {
    return switch (limit) {
      case MODULE_BYTES -> module.length;
      case HEAP_BYTES -> ModuleScan.scan("m", module, ModuleLimits.defaults()).heapBytes();
      case COMPILE_STEPS -> ModuleScan.scan("m", module, ModuleLimits.defaults()).compileSteps();
      case RESULTS -> 100;
      case TABLES -> 7;
      default -> N;
    };
  }

  private static byte[] module(Limit limit) {
    byte[] empty = body(bytes(0));
    return switch (limit) {
      case MODULE_BYTES, HEAP_BYTES, COMPILE_STEPS, FUNCTIONS ->
          RawModule.functions(N, empty).build();
      case TYPES -> new RawModule().section(1, vector(N, NO_TYPE)).build();
      case PARAMETERS ->
          new RawModule().section(1, bytes(1, 0x60), vector(N, bytes(0x7F)), bytes(0)).build();
      case RESULTS ->
          new RawModule().section(1, bytes(1, 0x60, 0), vector(100, bytes(0x7F))).build();
      case IMPORTS ->
          new RawModule()
              .section(1, vector(1, NO_TYPE))
              .section(2, vector(N, bytes(1, 'e', 1, 'f', 0, 0)))
              .build();
      case EXPORTS -> {
        byte[][] exports =
            IntStream.range(0, N)
                .mapToObj(each -> bytes(2, 'a' + each / 26, 'a' + each % 26, 2, 0))
                .toArray(byte[][]::new);
        yield new RawModule().section(5, bytes(1, 0, 1)).section(7, leb(N), join(exports)).build();
      }
      case GLOBALS -> new RawModule().section(6, vector(N, bytes(0x7F, 0, 0x41, 0, 0x0B))).build();
      case TABLES -> new RawModule().section(4, vector(7, bytes(0x70, 0, 0))).build();
      case TABLE_ENTRIES -> new RawModule().section(4, vector(3, bytes(0x70, 1, 100, 110))).build();
      case SEGMENTS -> new RawModule().section(11, vector(N, bytes(1, 0))).build();
      case FUNCTION_BYTES ->
          RawModule.functions(1, body(bytes(0), repeat(N - 2, bytes(1)))).build();
      case LOCALS ->
          RawModule.functions(1, body(join(bytes(2), leb(N - 1), bytes(0x7F, 1, 0x7E)))).build();
    };
  }

  @Test
  void importedFunctionsAndElementSegmentsCountToo() {
    byte[] functions =
        new RawModule()
            .section(1, vector(1, NO_TYPE))
            .section(2, vector(2, bytes(1, 'e', 1, 'f', 0, 0)))
            .section(3, vector(2, bytes(0)))
            .section(10, vector(2, body(bytes(0))))
            .build();
    refuses(functions, Limit.FUNCTIONS, 3, "has 4 functions");
    byte[] elements = new RawModule().section(9, vector(4, bytes(1, 0, 0))).build();
    refuses(elements, Limit.SEGMENTS, 3, "has 4 segments of elements");
    byte[] counted = new RawModule().section(12, bytes(4)).build();
    refuses(counted, Limit.SEGMENTS, 3, "has 4 segments of data");
  }

  /** What costs the engine quadratic time or heap, each from a module of a few kilobytes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "types and functions",
        "stack and blocks",
        "locals and branches",
        "loops",
        "branches out of depth",
        "equal types",
        "imports"
      })
  void whatGrowsQuadraticallyIsCounted(String what) {
    byte[] module = quadratic(what, 1);
    byte[] twice = quadratic(what, 2);
    ModuleLimits wide =
        ModuleLimits.defaults()
            .with(Limit.HEAP_BYTES, Long.MAX_VALUE)
            .with(Limit.COMPILE_STEPS, Long.MAX_VALUE);
    ScannedModule one = ModuleScan.scan("m", module, wide);
    ScannedModule two = ModuleScan.scan("m", twice, wide);
    assertThat(two.compileSteps() + two.heapBytes() / 32)
        .isGreaterThan(3 * (one.compileSteps() + one.heapBytes() / 32));
  }

  private static byte[] quadratic(String what, int times) {
    int n = 1500 * times;
    byte[] none = bytes(0);
    byte[] constants = repeat(n, bytes(0x42, 0));
    byte[] branches = repeat(n, bytes(0x41, 0, 0x0D, 0));
    return switch (what) {
      case "types and functions" ->
          new RawModule()
              .section(
                  1,
                  vector(
                      n,
                      bytes(
                          0x60, 20, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
                          127, 127, 127, 127, 127, 127, 127, 0)))
              .section(3, vector(n, none))
              .section(10, vector(n, body(none)))
              .build();
      case "equal types" ->
          new RawModule()
              .section(1, vector(n, NO_TYPE))
              .section(3, vector(n, none))
              .section(10, vector(n, body(none)))
              .build();
      case "imports" ->
          new RawModule()
              .section(1, vector(n, NO_TYPE))
              .section(2, vector(n, bytes(1, 'e', 1, 'f', 0, 0)))
              .build();
      case "stack and blocks" ->
          RawModule.functions(
                  1,
                  body(
                      none,
                      constants,
                      repeat(n, bytes(2, 0x40)),
                      repeat(n, bytes(0x0B)),
                      repeat(n, bytes(0x1A))))
              .build();
      case "locals and branches" ->
          RawModule.functions(1, body(join(bytes(1), leb(n), bytes(0x7E)), branches)).build();
      case "loops" ->
          RawModule.functions(1, body(none, repeat(4 * n, bytes(3, 0x40, 0x0B)))).build();
      case "branches out of depth" ->
          RawModule.functions(
                  1,
                  body(
                      none,
                      repeat(n, bytes(2, 0x40)),
                      repeat(n, join(bytes(0x41, 0, 0x0D), leb(n))),
                      repeat(n, bytes(0x0B))))
              .build();
      default -> throw new IllegalArgumentException(what);
    };
  }

  @Test
  void aPoolHasItsOwnLimits() {
    byte[] wasm = new WasmBuilder().allocator(1024).answering("f", 0).build();
    InstancePool pool =
        InstancePool.builder(ModuleSource.of("m", wasm))
            .moduleLimits(ModuleLimits.defaults().with(Limit.FUNCTIONS, 2))
            .build();
    assertThatThrownBy(() -> pool.load().block())
        .isInstanceOf(WorkerException.ModuleRejected.class)
        .hasMessageContaining("m has 3 functions, the limit is 2");
  }

  @Test
  void aSharedCacheDoesNotLendAModulePastAnotherPoolsLimits() {
    ModuleCache cache = ModuleCache.create();
    byte[] wasm = new WasmBuilder().allocator(1024).answering("f", 0).build();
    InstancePool.builder(ModuleSource.of("m", wasm)).moduleCache(cache).build().load().block();
    InstancePool strict =
        InstancePool.builder(ModuleSource.of("m", wasm))
            .moduleCache(cache)
            .moduleLimits(ModuleLimits.defaults().with(Limit.FUNCTIONS, 2))
            .build();
    assertThatThrownBy(() -> strict.load().block()).hasMessageContaining("the limit is 2");
  }

  @Test
  void tablesGrowToTheLimitOnTheirEntriesAndNoFurther() {
    InstancePool pool =
        InstancePool.builder(ModuleSource.of("m", growingTable()))
            .moduleLimits(ModuleLimits.defaults().with(Limit.TABLE_ENTRIES, 50))
            .build();
    try (GuestLease lease = pool.lease()) {
      assertThat(Guests.call(lease, "f", new byte[48])).as("2 and 48").hasSize(1);
      assertThat(Guests.call(lease, "f", new byte[1])).as("one more").isEmpty();
    }
  }

  /** f makes its table of 2 entries grow by the length of its input; one byte if that worked. */
  private static byte[] growingTable() {
    byte[] grow = bytes(0xD0, 0x70, 0x20, 1, 0xFC, 15, 0, 0x41, 0x7F, 0x47, 0xAD);
    byte[] type = bytes(0x60, 2, 0x7F, 0x7F, 1, 0x7E);
    byte[] names =
        bytes(5, 'a', 'l', 'l', 'o', 'c', 0, 0, 4, 'f', 'r', 'e', 'e', 0, 1, 1, 'f', 0, 2);
    return new RawModule()
        .section(1, bytes(3, 0x60, 1, 0x7F, 1, 0x7F, 0x60, 1, 0x7F, 0), type)
        .section(3, bytes(3, 0, 1, 2))
        .section(4, bytes(1, 0x70, 0, 2))
        .section(5, bytes(1, 0, 3))
        .section(7, bytes(3), names)
        .section(10, bytes(3), body(bytes(0), bytes(0x41, 8)), body(bytes(0)), body(bytes(0), grow))
        .build();
  }

  @Test
  void limitsAreCopiedAndNeverNegative() {
    ModuleLimits limits = ModuleLimits.defaults();
    assertThat(limits.with(Limit.LOCALS, 5).with(Limit.TYPES, 6).get(Limit.LOCALS)).isEqualTo(5);
    assertThat(limits.get(Limit.LOCALS)).isEqualTo(10_000);
    assertThatThrownBy(() -> limits.with(Limit.LOCALS, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("LOCALS is -1");
    assertThatThrownBy(() -> limits.with(Limit.MODULE_BYTES, ModuleSource.HIGHEST_BYTES + 1L))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void refuses(byte[] module, Limit limit, long value, String why) {
    assertThatThrownBy(
            () -> ModuleScan.scan("m", module, ModuleLimits.defaults().with(limit, value)))
        .isInstanceOf(WorkerException.ModuleRejected.class)
        .hasMessageContaining(why);
  }
}
