package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;

import java.util.List;
import java.util.stream.IntStream;

/** A module with one function for each way in which a guest can change its instance. */
final class StatefulGuest {

  /** Each of them changes something that a reset brings back. */
  static final List<String> CHANGES =
      List.of("store", "grow", "global", "table", "dropData", "dropElements", "fill");

  private static final int[] NOTHING = {0x42, 0}; // i64.const 0

  private StatefulGuest() {}

  static WasmBuilder builder() {
    return new WasmBuilder()
        .memory(4, 64)
        .allocator(1024)
        // one table of 2 to 8 functions
        .section(4, 1, 0x70, 1, 2, 8)
        // one mutable i32, at first 7
        .section(6, 1, I32, 1, 0x41, 7, 0x0B)
        // an active segment, both entries are function 0; a passive one of one entry
        .section(9, 2, 0, 0x41, 0, 0x0B, 2, 0, 0, 1, 0, 1, 0)
        .section(12, 1)
        .passiveData("passive")
        // i32.const 512, i32.const 1, i32.store
        .function("store", in(), out(), code(0x41, 0x80, 4, 0x41, 1, 0x36, 2, 0))
        // i32.const 1, memory.grow, drop
        .function("grow", in(), out(), code(0x41, 1, 0x40, 0, 0x1A))
        // global.get 0, i32.const 1, i32.add, global.set 0
        .function("global", in(), out(), code(0x23, 0, 0x41, 1, 0x6A, 0x24, 0))
        // i32.const 1, ref.null func, table.set 0
        .function("table", in(), out(), code(0x41, 1, 0xD0, 0x70, 0x26, 0))
        // ref.null func, i32.const 1, table.grow 0, drop
        .function("growTable", in(), out(), code(0xD0, 0x70, 0x41, 1, 0xFC, 15, 0, 0x1A))
        .function("dropData", in(), out(), code(0xFC, 9, 0))
        .function("dropElements", in(), out(), code(0xFC, 13, 1))
        // a store over all of the first page: i32.const 0, i32.const 1, i32.const 65536, fill
        .function("fill", in(), out(), code(0x41, 0, 0x41, 1, 0x41, 0x80, 0x80, 4, 0xFC, 11, 0))
        // i32.const 512, i32.const 0, i32.const 7, memory.init 0
        .function("initData", in(), out(), code(0x41, 0x80, 4, 0x41, 0, 0x41, 7, 0xFC, 8, 0, 0));
  }

  private static int[] in() {
    return types(I32, I32);
  }

  private static int[] out() {
    return types(I64);
  }

  private static int[] code(int... body) {
    return IntStream.concat(IntStream.of(body), IntStream.of(NOTHING)).toArray();
  }
}
