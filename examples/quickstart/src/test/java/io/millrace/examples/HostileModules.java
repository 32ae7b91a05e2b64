package io.millrace.examples;

import static io.millrace.instance.RawModule.body;
import static io.millrace.instance.RawModule.bytes;
import static io.millrace.instance.RawModule.join;
import static io.millrace.instance.RawModule.leb;
import static io.millrace.instance.RawModule.repeat;
import static io.millrace.instance.RawModule.vector;
import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;

import io.millrace.instance.RawModule;
import io.millrace.instance.WasmBuilder;
import io.millrace.pipeline.WorkerException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Modules that mean harm: to the worker's time, to the JVM's heap, or to the host's memory. */
@SuppressWarnings("ArrayRecordComponent") // never compared
final class HostileModules {

  /**
   * One module, and what its callers may be answered.
   *
   * @param name says what it tries
   * @param wasm the module, which has a function {@code f} if it comes that far
   * @param answers the kinds of failure that are right
   */
  record Hostile(String name, byte[] wasm, List<String> answers) {

    /** Whether the deadline is what has to end it. */
    boolean endless() {
      return answers.contains(DEADLINE);
    }
  }

  private static final String REJECTED = WorkerException.ModuleRejected.class.getSimpleName();
  private static final String DEADLINE = WorkerException.DeadlineExceeded.class.getSimpleName();
  private static final String TRAP = WorkerException.GuestTrap.class.getSimpleName();
  private static final String EXIT = WorkerException.GuestExit.class.getSimpleName();
  private static final String MISMATCH = WorkerException.AbiMismatch.class.getSimpleName();
  private static final String TOO_LARGE = WorkerException.PayloadTooLarge.class.getSimpleName();

  private static final byte[] NO_LOCALS = bytes(0);
  private static final int[] NOTHING = {};

  private final List<Hostile> all = new ArrayList<>();

  static List<Hostile> all() {
    HostileModules modules = new HostileModules();
    loops().forEach(modules::everywhere);
    modules.heap();
    modules.lies();
    modules.bombs();
    return modules.all;
  }

  /** Code that never ends, in a function of the given index; function 0 is free to be called. */
  private static Map<String, int[]> loops() {
    Map<String, int[]> loops = new LinkedHashMap<>();
    loops.put("loop by br", new int[] {0x03, 0x40, 0x0C, 0, 0x0B});
    loops.put("loop by br_if", new int[] {0x03, 0x40, 0x41, 1, 0x0D, 0, 0x0B});
    loops.put("loop by br_table", new int[] {0x03, 0x40, 0x41, 0, 0x0E, 1, 0, 0, 0x0B});
    loops.put("loop with a call", new int[] {0x03, 0x40, 0x10, 0, 0x0C, 0, 0x0B});
    loops.put(
        "loops in loops",
        new int[] {0x03, 0x40, 0x03, 0x40, 0x41, 0, 0x0D, 0, 0x0B, 0x0C, 0, 0x0B});
    return loops;
  }

  /** The loop where the module starts, is initialised, gives a block, and answers. */
  private void everywhere(String loop, int[] code) {
    int[] endless = then(code, 0x00);
    add(
        loop + " in start",
        module().function("s", types(), types(), code).start(3).build(),
        DEADLINE,
        REJECTED);
    add(
        loop + " in _initialize",
        module().function("_initialize", types(), types(), code).build(),
        DEADLINE,
        REJECTED);
    byte[] inAlloc =
        new WasmBuilder()
            .function("nothing", types(), types(), NOTHING)
            .function("alloc", types(I32), types(I32), endless)
            .function("free", types(I32), types(), NOTHING)
            .answering("f", 0)
            .build();
    add(loop + " in alloc", inAlloc, DEADLINE, REJECTED);
    add(loop + " in the call", answering(endless), DEADLINE);
  }

  private void heap() {
    add("unbounded recursion", answering(0x20, 0, 0x20, 1, 0x10, 3), TRAP);
    add("unbounded tail recursion", answering(0x20, 0, 0x20, 1, 0x12, 3), TRAP);
    byte[] recursiveStart = module().function("s", types(), types(), 0x10, 3).start(3).build();
    add("unbounded recursion in start", recursiveStart, REJECTED);
    add(
        "memory grown to the cap, for ever",
        answering(0x03, 0x40, 0x41, 1, 0x40, 0, 0x1A, 0x0C, 0, 0x0B, 0x00),
        DEADLINE);
    add(
        "memory grown by everything at once",
        answering(
            0x03, 0x40, 0x41, 0x7F, 0x40, 0, 0x1A, 0x41, 0xFF, 0xFF, 3, 0x40, 0, 0x1A, 0x0C, 0,
            0x0B, 0x00),
        DEADLINE);
    add("tables grown for ever", growingTables(), DEADLINE, TRAP);
    add("memory that begins with 4 GiB", withMemory(65_536, 65_536), REJECTED);
    add("memory over the pool's limit", withMemory(300, 400), REJECTED);
  }

  private void lies() {
    long[] answers = {
      0x0000_0001_7FFF_FFFFL,
      0xFFFF_FFFF_0000_0001L,
      0x7FFF_0000_0000_1000L,
      0x8000_0000_8000_0000L,
      -1L,
      0x0000_0010_FFFF_FFFFL
    };
    for (long packed : answers) {
      byte[] wasm = new WasmBuilder().memory(3, 3).allocator(1024).answering("f", packed).build();
      add("a reply at " + Long.toHexString(packed), wasm, MISMATCH);
    }
    for (int pointer : new int[] {-16, 0x7FFF_FFF8, 196_600}) {
      byte[] wasm = new WasmBuilder().memory(3, 3).allocator(pointer).answering("f", 0).build();
      add("a block at " + pointer, wasm, MISMATCH);
    }
    byte[] none = new WasmBuilder().memory(3, 3).allocator(0).answering("f", 0).build();
    add("no block at all", none, TOO_LARGE);
    byte[] outside =
        new WasmBuilder()
            .memory(3, 3)
            .data(196_600, "0123456789")
            .allocator(8)
            .answering("f", 0)
            .build();
    add("data outside of memory", outside, REJECTED);
    add("a store outside of memory", answering(0x41, 0x7F, 0x41, 1, 0x36, 2, 0, 0x42, 0), TRAP);
    add("a trap", answering(0x00), TRAP);
    byte[] exit =
        new WasmBuilder()
            .memory(3, 3)
            .imported("wasi_snapshot_preview1", "proc_exit", types(I32), types())
            .allocator(1024)
            .function("f", types(I32, I32), types(I64), 0x41, 1, 0x10, 0, 0x42, 0)
            .build();
    add("an exit", exit, EXIT);
  }

  private void bombs() {
    add(
        "29 bytes: parameters",
        new RawModule().section(1, bytes(1, 0x60), leb(0x2000_0000), repeat(12, bytes(I32))),
        REJECTED);
    add(
        "279 bytes: tables",
        new RawModule().section(4, vector(40, join(bytes(0x70, 0), leb(10_000_000)))),
        REJECTED);
    byte[] locals = join(bytes(1), leb(49_000), bytes(I64));
    add("37 bytes: locals", RawModule.functions(1, body(locals, bytes(0x10, 0))), REJECTED);
    add("elements claimed", new RawModule().section(9, bytes(1, 1, 0), leb(0x7FFF_FFFF)), REJECTED);
    add(
        "a name claimed",
        new RawModule().section(7, bytes(1), leb(0x7FFF_FFFF), bytes(0)),
        REJECTED);
    add("data claimed", new RawModule().section(11, bytes(1, 1), leb(0x7FFF_FFFF)), REJECTED);
    byte[] branches = repeat(2_000, bytes(0x41, 0, 0x0D, 0));
    add(
        "frames of 5,000 locals",
        RawModule.functions(16, body(join(bytes(1), leb(5_000), bytes(I64)), branches)),
        REJECTED);
    byte[] high = repeat(10_000, bytes(0x42, 0));
    add(
        "copies of a high stack",
        RawModule.functions(8, body(NO_LOCALS, high, repeat(20_000, bytes(0x41, 0, 0x0D, 0)))),
        REJECTED);
    add("equal types", equalTypes(), REJECTED);
    add("100,000 exports of 1,000 parameters each", wideExports(), MISMATCH);
    add(
        "wrong instructions",
        RawModule.functions(
            4, body(bytes(1, 1, I64), bytes(0x20, 0), repeat(120_000, bytes(0x50)))),
        REJECTED);
    add(
        "eight megabytes of nothing",
        RawModule.functions(80, body(NO_LOCALS, repeat(100_000, bytes(1)))),
        REJECTED);
    add(
        "objects on the JVM's heap",
        RawModule.functions(1, body(NO_LOCALS, bytes(0xFB, 6, 0, 0x1A))),
        REJECTED);
  }

  private static RawModule equalTypes() {
    byte[] none = bytes(0);
    return new RawModule()
        .section(1, vector(5_000, RawModule.NO_TYPE))
        .section(3, vector(1_000, none))
        .section(10, vector(1_000, body(none)));
  }

  /** One function under many names, one of them {@code f}. */
  private static RawModule wideExports() {
    ByteArrayOutputStream exports = new ByteArrayOutputStream();
    for (int i = 0; i < 100_000; i++) {
      byte[] name = Integer.toString(i, 36).getBytes(StandardCharsets.UTF_8);
      exports.writeBytes(join(leb(name.length), name, bytes(0, 0)));
    }
    byte[] type = join(bytes(0x60), leb(1_000), repeat(1_000, bytes(I32)), bytes(0));
    return new RawModule()
        .section(1, vector(1, type))
        .section(3, vector(1, bytes(0)))
        .section(7, leb(100_000), exports.toByteArray())
        .section(10, vector(1, body(NO_LOCALS)));
  }

  /** Two tables of references that f grows by 10,000 entries again and again. */
  private static byte[] growingTables() {
    byte[] grow = bytes(0xD0, 0x70, 0x41, 0x90, 0xCE, 0, 0xFC, 15, 0, 0x1A);
    byte[] other = bytes(0xD0, 0x70, 0x41, 0x90, 0xCE, 0, 0xFC, 15, 1, 0x1A);
    byte[] loop = join(bytes(0x03, 0x40), grow, other, bytes(0x0C, 0, 0x0B, 0x00));
    return new RawModule()
        .section(1, bytes(3, 0x60, 1, I32, 1, I32, 0x60, 1, I32, 0, 0x60, 2, I32, I32, 1, I64))
        .section(3, bytes(3, 0, 1, 2))
        .section(4, bytes(2, 0x70, 0, 1, 0x70, 0, 1))
        .section(5, bytes(1, 0, 3))
        .section(
            7,
            bytes(3, 5, 'a', 'l', 'l', 'o', 'c', 0, 0, 4, 'f', 'r', 'e', 'e', 0, 1, 1, 'f', 0, 2))
        .section(
            10, bytes(3), body(NO_LOCALS, bytes(0x41, 8)), body(NO_LOCALS), body(NO_LOCALS, loop))
        .build();
  }

  private static byte[] withMemory(int pages, int maximum) {
    return new WasmBuilder().memory(pages, maximum).allocator(1024).answering("f", 0).build();
  }

  /** Function 0 does nothing, 1 and 2 are alloc and free: the next one is 3. */
  private static WasmBuilder module() {
    return new WasmBuilder()
        .memory(3, 1000)
        .function("nothing", types(), types(), NOTHING)
        .allocator(1024);
  }

  private static byte[] answering(int... code) {
    return module().function("f", types(I32, I32), types(I64), code).build();
  }

  private static int[] then(int[] code, int last) {
    int[] longer = Arrays.copyOf(code, code.length + 1);
    longer[code.length] = last;
    return longer;
  }

  private void add(String name, RawModule wasm, String... answers) {
    add(name, wasm.build(), answers);
  }

  private void add(String name, byte[] wasm, String... answers) {
    all.add(new Hostile(name, wasm, List.of(answers)));
  }
}
