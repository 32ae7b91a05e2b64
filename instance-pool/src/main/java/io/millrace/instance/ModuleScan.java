package io.millrace.instance;

import io.millrace.instance.ModuleLimits.Limit;
import io.millrace.pipeline.WorkerException;

/**
 * Looks through a module before the engine does, in one pass: a few hostile bytes can make the
 * engine's parser allocate gigabytes, and its compiler run for hours. Takes a few milliseconds for
 * each megabyte.
 *
 * <p>Refuses what breaks the binary format, what is over a {@link ModuleLimits limit} and what is
 * not supported, each in one line. What it lets through is not proven valid: that is the engine's
 * part, within the heap and the steps that the scan has counted.
 */
final class ModuleScan {

  private static final byte[] MAGIC = {0, 'a', 's', 'm'};
  private static final int HEADER_BYTES = 8;
  static final int PAGES_OF_4_GIB = 65_536;

  static final int TAGS = 13;
  static final int DATA_COUNT = 12;

  /** The sections as they must follow each other; custom ones may stand anywhere. */
  private static final String ORDER = "\1\2\3\4\5\15\6\7\10\11\14\12\13";

  private ModuleScan() {}

  /**
   * Scans a module that may have any memory the specification allows.
   *
   * @throws WorkerException.ModuleRejected and nothing else, whatever the bytes
   */
  static ScannedModule scan(String name, byte[] bytes, ModuleLimits limits) {
    return scan(name, bytes, limits, PAGES_OF_4_GIB);
  }

  /** Scans a module whose memory may begin with {@code maximumPages} at most. */
  static ScannedModule scan(String name, byte[] bytes, ModuleLimits limits, int maximumPages) {
    WasmReader in = new WasmReader(name, bytes);
    checkHeader(in, bytes, limits);
    CompileCost cost = new CompileCost();
    cost.module(bytes.length);
    NameScan names = new NameScan(cost);
    SectionScan scan = new SectionScan(in, limits, maximumPages, cost);
    sections(in, names, scan);
    Declarations declared = scan.end();
    in.require(limits, Limit.HEAP_BYTES, cost.heapBytes(), "");
    in.require(limits, Limit.COMPILE_STEPS, cost.steps(), "");
    return new ScannedModule(name, bytes, declared, names.usable(), cost.heapBytes(), cost.steps());
  }

  /** Magic and version: core specification, section 5.5.16. */
  private static void checkHeader(WasmReader in, byte[] bytes, ModuleLimits limits) {
    in.require(limits, Limit.MODULE_BYTES, bytes.length, "");
    if (bytes.length == 0) {
      throw in.rejected("is empty", "give it a wasm module");
    }
    for (int i = 0; i < Math.min(MAGIC.length, bytes.length); i++) {
      if (bytes[i] != MAGIC[i]) {
        throw in.rejected("is not wasm: it does not start with \\0asm", "give it a binary module");
      }
    }
    if (bytes.length < HEADER_BYTES) {
      throw in.rejected(
          "is truncated: " + bytes.length + " bytes do not hold a wasm header",
          WasmReader.BUILD_AGAIN);
    }
    int version = (bytes[4] & 0xFF) | (bytes[5] & 0xFF) << 8;
    int layer = (bytes[6] & 0xFF) | (bytes[7] & 0xFF) << 8;
    if (layer == 1) {
      throw in.rejected("is a wasm component", "give it a core module of version 1");
    }
    if (version != 1 || layer != 0) {
      throw in.rejected("has wasm version " + version, "give it a module of version 1");
    }
    in.skip(HEADER_BYTES, "the header");
  }

  private static void sections(WasmReader in, NameScan names, SectionScan scan) {
    int last = -1;
    while (in.hasMore()) {
      int id = in.octet();
      String what = "section " + id;
      int outer = in.enter(in.u32(), what);
      if (id == 0) {
        names.custom(in);
      } else {
        int place = ORDER.indexOf(id);
        if (place < 0) {
          throw in.malformed(what + " does not exist");
        }
        if (place <= last) {
          throw in.malformed(what + " stands twice or behind one that it must precede");
        }
        last = place;
        scan.section(id);
      }
      in.leave(outer, what);
    }
  }
}
