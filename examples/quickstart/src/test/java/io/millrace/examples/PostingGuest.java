package io.millrace.examples;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;

import io.millrace.instance.ModuleSource;
import io.millrace.instance.WasmBuilder;
import java.util.Arrays;
import java.util.stream.Stream;

/** A guest that posts messages while it runs, and keeps a count. */
final class PostingGuest {

  /** An address that the guest leaves alone. */
  static final int CELL = 2 << 16;

  private static final int[] PACK_NOTHING = {0x42, 0};

  /** The payload is the answer. */
  private static final int[] PACK_PAYLOAD = {0x20, 0, 0xAD, 0x42, 32, 0x86, 0x20, 1, 0xAD, 0x84};

  private PostingGuest() {}

  /**
   * {@code prefixes} posts the first 1, 2, .. all bytes of its payload, and answers nothing; {@code
   * echo} answers its payload; {@code trap} traps, {@code spin} never ends; {@code count} answers
   * so many bytes as it was called before; {@code grow} takes another page, overwrites the first
   * byte of its payload with an X and answers the payload; {@code cell} answers the four bytes at
   * {@link #CELL}.
   */
  static ModuleSource source() {
    return ModuleSource.of(
        "posting.wasm",
        new WasmBuilder()
            .memory(4, 16)
            .imported("millrace", "post_message", types(I32, I32), types(I32))
            .allocator(4096)
            .function("prefixes", types(I32, I32), types(I64), prefixes())
            .function("echo", types(I32, I32), types(I64), PACK_PAYLOAD)
            .function("trap", types(I32, I32), types(I64), 0x00)
            .function("spin", types(I32, I32), types(I64), 0x03, 0x40, 0x0C, 0, 0x0B, 0x42, 0)
            .function("count", types(I32, I32), types(I64), count())
            .function("grow", types(I32, I32), types(I64), grow())
            .answering("cell", (long) CELL << 32 | 4)
            .build());
  }

  private static int[] prefixes() {
    int[] loop = {
      0x03, 0x40, // loop
      0x20, 2, 0x41, 1, 0x6A, 0x22, 2, 0x1A, // i += 1
      0x20, 0, 0x20, 2, 0x10, 0, 0x1A, // post_message(ptr, i)
      0x20, 2, 0x20, 1, 0x49, 0x0D, 0, // i < len: again
      0x0B
    };
    return join(loop, PACK_NOTHING);
  }

  /** The count is at 512; the answer's length is what it was. */
  private static int[] count() {
    int[] load = {0x41, 0x80, 4, 0x28, 2, 0};
    return join(
        new int[] {0x41, 0x80, 4},
        load,
        new int[] {0x41, 1, 0x6A, 0x36, 2, 0},
        load,
        new int[] {0x41, 1, 0x6B, 0xAD},
        WasmBuilder.i64(1024L << 32),
        new int[] {0x84});
  }

  private static int[] grow() {
    int[] onePage = {0x41, 1, 0x40, 0, 0x1A}; // memory.grow, drop
    int[] mark = {0x20, 0, 0x41, 0xD8, 0, 0x3A, 0, 0}; // i32.store8 of 'X'
    return join(onePage, mark, PACK_PAYLOAD);
  }

  private static int[] join(int[]... parts) {
    return Stream.of(parts).flatMapToInt(Arrays::stream).toArray();
  }
}
