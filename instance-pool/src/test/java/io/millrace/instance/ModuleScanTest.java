package io.millrace.instance;

import static io.millrace.instance.RawModule.NO_TYPE;
import static io.millrace.instance.RawModule.body;
import static io.millrace.instance.RawModule.bytes;
import static io.millrace.instance.RawModule.join;
import static io.millrace.instance.RawModule.leb;
import static io.millrace.instance.RawModule.repeat;
import static io.millrace.instance.RawModule.vector;
import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.WorkerException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the scan refuses before the engine sees it, and what it lets through. */
class ModuleScanTest {

  private static final byte[] NOTHING = bytes(0, 0x0B);
  private static final byte[] NO_LOCALS = bytes(0);

  @Test
  void theGuestsPassAndCostLittle() {
    ScannedModule digest = scan(Guests.digest().read());
    assertThat(digest.namesUsable()).isTrue();
    assertThat(digest.heapBytes()).isLessThan(8 << 20);
    assertThat(scan(Guests.auth().read()).heapBytes()).isBetween(100L << 20, 250L << 20);
  }

  @Test
  void vectorsThatClaimMoreThanTheModuleHolds() {
    byte[] many = leb(0x7FFF_FFFF);
    refuses("claims 2147483647 types", new RawModule().section(1, many));
    refuses("claims 2147483647 parameters", new RawModule().section(1, bytes(1, 0x60), many));
    refuses("claims 2147483647 results", new RawModule().section(1, bytes(1, 0x60, 0), many));
    refuses("claims 2147483647 imports", new RawModule().section(2, many));
    refuses("claims 2147483647 functions", new RawModule().section(3, many));
    refuses("claims 2147483647 exports", new RawModule().section(7, many));
    refuses(
        "claims 2147483647 elements", new RawModule().section(9, bytes(1, 1, 0), many, bytes(0)));
    refuses("a name claims 2147483647 bytes", new RawModule().section(7, bytes(1), many, bytes(0)));
    refuses("a data segment claims 2147483647", new RawModule().section(11, bytes(1, 1), many));
    refuses("claims 2147483647 labels", code(bytes(0x41, 0, 0x0E), many));
    refuses("claims 2147483647 groups of locals", RawModule.functions(1, body(many)));
    refuses("section 0 claims 4294967295 bytes", join(head(), bytes(0), leb(0xFFFF_FFFFL)));
  }

  /** A type with 2^29 parameters: the engine's parser makes a list for them first. */
  @Test
  void theTwentyNineByteBomb() {
    byte[] bomb =
        new RawModule()
            .section(1, bytes(1, 0x60), leb(0x2000_0000), repeat(11, bytes(I32)))
            .build();
    assertThat(bomb).hasSize(29 - 1);
    refuses("claims 536870912 parameters", bomb);
  }

  /** 40 tables of 10,000,000 entries: a few bytes for each, 3 GiB for each instance. */
  @Test
  void theBombOfTables() {
    byte[] bomb =
        new RawModule().section(4, vector(40, join(bytes(0x70, 0), leb(10_000_000)))).build();
    assertThat(bomb.length).isLessThan(300);
    refuses("has 10000000 table entries, the limit is 1000000", bomb);
    byte[] spread =
        new RawModule().section(4, vector(40, join(bytes(0x70, 0), leb(50_000)))).build();
    refuses("has 17 tables, the limit is 16", spread);
  }

  /** A function that calls itself, with 49,000 locals in each frame. */
  @Test
  void theBombOfLocals() {
    byte[] bomb =
        RawModule.functions(1, body(join(bytes(1), leb(49_000), bytes(I64)), bytes(0x10, 0)))
            .build();
    assertThat(bomb.length).isLessThan(40);
    refuses("has 49000 locals in function 0, the limit is 10000", bomb);
    byte[] sum = repeat(20, join(leb(0xFFFF_FFFFL), bytes(I32)));
    refuses("has 4294967295 locals", RawModule.functions(1, body(join(bytes(20), sum))));
  }

  @Test
  void everyTruncationIsRefusedOrWhole() {
    byte[] whole =
        new WasmBuilder()
            .imported("wasi_snapshot_preview1", "sched_yield", types(), types(I32))
            .allocator(1024)
            .answering("f", 1L << 40)
            .start(1)
            .data(8, "some bytes of data")
            .build();
    scan(whole);
    assertThat(validCuts(whole)).as("cuts between sections that leave it whole").isEqualTo(3);
  }

  @Test
  void everyTruncationOfTheCGuestIsRefused() {
    byte[] whole = Guests.digest().read();
    assertThat(validCuts(whole)).as("cuts between sections").isLessThan(12);
  }

  /** How many of its beginnings are modules; the others are refused in one line. */
  private static int validCuts(byte[] whole) {
    int valid = 0;
    for (int length = 0; length < whole.length; length++) {
      try {
        ModuleInspector.inspect(ModuleSource.of("m", Arrays.copyOf(whole, length)));
        valid++;
      } catch (WorkerException.ModuleRejected expected) {
        assertThat(expected.getMessage()).startsWith("m ").doesNotContain("\n");
      }
    }
    return valid;
  }

  @Test
  void sectionsOutOfOrderTwiceOrUnknown() {
    byte[] empty = bytes(0);
    refuses("section 1 stands twice", new RawModule().section(1, empty).section(1, empty));
    refuses(
        "section 3 stands twice or behind", new RawModule().section(4, empty).section(3, empty));
    refuses("section 13 stands twice or", new RawModule().section(6, empty).section(13, empty));
    refuses("section 12 stands twice or", new RawModule().section(10, empty).section(12, empty));
    refuses("section 14 does not exist", new RawModule().section(14, empty));
    refuses("section 1 has 1 bytes too many", new RawModule().section(1, empty, empty));
    refuses("declares 1 functions and has 0 bodies", functionWithoutBody());
    scan(new RawModule().section(12, empty).section(10, empty).section(11, empty).build());
  }

  private static RawModule functionWithoutBody() {
    return new RawModule().section(1, vector(1, NO_TYPE)).section(3, bytes(1, 0));
  }

  @Test
  void integersThatAreTooLong() {
    refuses(
        "32 bits is longer than 5",
        new RawModule().section(1, bytes(0x80, 0x80, 0x80, 0x80, 0x80, 0)));
    refuses("larger than 32 bits", new RawModule().section(1, bytes(0xFF, 0xFF, 0xFF, 0xFF, 0x1F)));
    refuses("larger than 32 bits", code(bytes(0x41, 0xFF, 0xFF, 0xFF, 0xFF, 0x4F)));
    refuses("32 bits is longer than 5", code(bytes(0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0)));
    refuses("64 bits is longer than 10", code(bytes(0x42), repeat(10, bytes(0x80)), bytes(0)));
    refuses("larger than 64 bits", code(bytes(0x42), repeat(9, bytes(0xFF)), bytes(1)));
    scan(code(bytes(0x41, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x1A)).build());
    scan(code(bytes(0x42), repeat(9, bytes(0x80)), bytes(0x7F, 0x1A)).build());
    scan(new RawModule().section(1, bytes(0x80, 0x80, 0x80, 0x80, 0)).build());
  }

  @Test
  void namesThatAreNotUtf8() {
    int[][] wrong = {
      {0x80},
      {0xC1, 0x80},
      {0xE0, 0x80, 0x80},
      {0xED, 0xA0, 0x80},
      {0xF4, 0x90, 0x80, 0x80},
      {0xF0, 0x80, 0x80, 0x80},
      {0xF5, 0x80, 0x80, 0x80},
      {0xC3, 0x41},
      {0xFF}
    };
    for (int[] each : wrong) {
      byte[] export = join(bytes(1), leb(each.length), bytes(each), bytes(2, 0));
      refuses("a name is not UTF-8", new RawModule().section(5, bytes(1, 0, 1)).section(7, export));
    }
    byte[] text = "\u00e9\u20ac\ud83d\ude00".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] export = join(bytes(1), leb(text.length), text, bytes(2, 0));
    scan(new RawModule().section(5, bytes(1, 0, 1)).section(7, export).build());
  }

  @Test
  void aBadNameSectionIsKeptFromTheEngineAndHarmsNothing() {
    byte[] good = nameSection(bytes(1, 9, 2, 0, 2, 'a', 'b', 1, 2, 'c', 'd'));
    assertThat(scan(good).namesUsable()).isTrue();
    byte[] unordered = nameSection(bytes(1, 9, 2, 1, 2, 'a', 'b', 0, 2, 'c', 'd'));
    byte[] claims = nameSection(join(bytes(1, 6), leb(0x7FFF_FFFF), bytes(0)));
    byte[] beyond = nameSection(bytes(1, 0x7F, 2));
    for (byte[] bad : new byte[][] {unordered, claims, beyond}) {
      assertThat(scan(bad).namesUsable()).isFalse();
      ModuleInspector.inspect(ModuleSource.of("m", bad));
    }
  }

  private static byte[] nameSection(byte[] content) {
    return RawModule.functions(2, join(leb(2), NOTHING))
        .section(0, bytes(4, 'n', 'a', 'm', 'e'), content)
        .build();
  }

  static Stream<Arguments> features() {
    byte[] drop = bytes(0x1A);
    return Stream.of(
        Arguments.of("SIMD", code(bytes(0xFD, 0x0C), repeat(16, bytes(0)), drop)),
        Arguments.of("SIMD", RawModule.functions(1, body(bytes(1, 1, 0x7B)))),
        Arguments.of("SIMD", new RawModule().section(1, bytes(1, 0x60, 1, 0x7B, 0))),
        Arguments.of("SIMD", new RawModule().section(6, bytes(1, 0x7B, 0, 0xFD, 0x0C, 0x0B))),
        Arguments.of("SIMD", code(bytes(0x02, 0x7B, 0x0B))),
        Arguments.of("garbage collection", code(bytes(0xFB, 0x01, 0x00, 0x1A))),
        Arguments.of("garbage collection", new RawModule().section(1, bytes(1, 0x5F, 0, 0))),
        Arguments.of("garbage collection", new RawModule().section(1, bytes(1, 0x4E, 0, 0))),
        Arguments.of("garbage collection", new RawModule().section(1, bytes(1, 0x60, 1, 0x6E, 0))),
        Arguments.of("exception handling of the old kind", code(bytes(0x06, 0x40, 0x0B))),
        Arguments.of("more than one memory", new RawModule().section(5, bytes(2, 0, 1, 0, 1))),
        Arguments.of("64-bit memory", new RawModule().section(5, bytes(1, 4, 1))),
        Arguments.of(
            "tables with 64-bit indices", new RawModule().section(4, bytes(1, 0x70, 4, 1))));
  }

  @ParameterizedTest
  @MethodSource("features")
  void whatIsNotSupportedIsNamed(String feature, RawModule module) {
    assertThatThrownBy(() -> scan(module.build()))
        .isInstanceOf(WorkerException.ModuleRejected.class)
        .hasMessageStartingWith("m uses " + feature)
        .hasMessageContaining("not supported; compile it");
  }

  @Test
  void codeThatIsNotWhole() {
    refuses("instruction 0xF0 is not known", code(bytes(0xF0)));
    refuses("instruction 0xFC is not known", code(bytes(0xFC, 0x12)));
    refuses("instruction 0xFE is not known", code(bytes(0xFE, 0x04)));
    refuses("it ends where a byte is wanted", code(bytes(0x02, 0x40)));
    refuses("function 0 has 1 bytes too many", code(bytes(0x0B)));
    refuses("branches out of 1 blocks, it has 0", code(bytes(0x0C, 1)));
    refuses("calls 1, there are 1", code(bytes(0x10, 1)));
    refuses("points at type 1, there are 1", code(bytes(0x02, 1, 0x0B)));
    refuses("has 2 at the start or at most, over 1", new RawModule().section(5, bytes(1, 1, 2, 1)));
    refuses("over 65536", new RawModule().section(5, bytes(1, 0), leb(65_537)));
    refuses(
        "instruction 0x10 in a constant",
        new RawModule().section(6, bytes(1, 0x7F, 0, 0x10, 0, 0x0B)));
  }

  /**
   * The engine takes the last of them: a report could tell of a function, and a memory be there.
   */
  @Test
  void twoExportsOfOneName() {
    byte[] both = bytes(2, 1, 'f', 0, 0, 1, 'f', 2, 0);
    refuses(
        "two exports have one name",
        new RawModule()
            .section(1, vector(1, NO_TYPE))
            .section(3, vector(1, bytes(0)))
            .section(5, bytes(1, 0, 1))
            .section(7, both)
            .section(10, vector(1, body(NO_LOCALS))));
  }

  @Test
  void aSectionIsOneOfNamesByItsWholeName() {
    byte[] functionNames = bytes(1, 4, 1, 0, 1, 'f');
    byte[] module =
        new RawModule()
            .section(0, bytes(6, 'r', 'e', 'n', 'a', 'm', 'e'), bytes(0xFF))
            .section(0, bytes(4, 'n', 'a', 'm', 'e'), functionNames)
            .build();
    assertThat(scan(module).namesUsable()).isTrue();
  }

  private static RawModule code(byte[]... code) {
    return RawModule.functions(1, body(NO_LOCALS, code));
  }

  private static byte[] head() {
    return new RawModule().build();
  }

  private static void refuses(String why, RawModule module) {
    refuses(why, module.build());
  }

  private static void refuses(String why, byte[] module) {
    AbstractThrowableAssert<?, ?> refusal = assertThatThrownBy(() -> scan(module));
    refusal
        .isInstanceOf(WorkerException.ModuleRejected.class)
        .hasMessageStartingWith("m ")
        .hasMessageContaining(why)
        .hasMessageNotContaining("\n");
  }

  private static ScannedModule scan(byte[] module) {
    return ModuleScan.scan("m", module, ModuleLimits.defaults());
  }
}
