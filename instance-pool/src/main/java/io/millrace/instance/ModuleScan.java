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
  private static final int PAGES_OF_4_GIB = 65_536;

  private static final int TAGS = 13;
  private static final int DATA_COUNT = 12;

  /** The sections as they must follow each other; custom ones may stand anywhere. */
  private static final String ORDER = "\1\2\3\4\5\15\6\7\10\11\14\12\13";

  private final WasmReader in;
  private final ModuleLimits limits;
  private final int maximumPages;
  private final FunctionTypes types = new FunctionTypes();
  private final CompileCost cost = new CompileCost();
  private final TypeReader typeReader;
  private final NameScan names;
  private long memories;
  private long tables;
  private long tableEntries;
  private long bodies;

  private ModuleScan(WasmReader in, ModuleLimits limits, int maximumPages) {
    this.in = in;
    this.limits = limits;
    this.maximumPages = maximumPages;
    this.typeReader = new TypeReader(in, types);
    this.names = new NameScan(cost);
  }

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
    ModuleScan scan = new ModuleScan(in, limits, maximumPages);
    scan.cost.module(bytes.length);
    scan.sections();
    scan.cost.types(scan.types);
    in.require(limits, Limit.HEAP_BYTES, scan.cost.heapBytes(), "");
    in.require(limits, Limit.COMPILE_STEPS, scan.cost.steps(), "");
    return new ScannedModule(
        name, bytes, scan.names.usable(), scan.cost.heapBytes(), scan.cost.steps());
  }

  /** Magic and version: core specification, section 5.5.16. */
  private static void checkHeader(WasmReader in, byte[] bytes, ModuleLimits limits) {
    in.require(limits, Limit.MODULE_BYTES, bytes.length, "");
    if (bytes.length == 0) {
      throw in.rejected("is empty, a wasm module is wanted");
    }
    for (int i = 0; i < Math.min(MAGIC.length, bytes.length); i++) {
      if (bytes[i] != MAGIC[i]) {
        throw in.rejected("is not wasm: it does not start with \\0asm");
      }
    }
    if (bytes.length < HEADER_BYTES) {
      throw in.rejected("is truncated: " + bytes.length + " bytes do not hold a wasm header");
    }
    int version = (bytes[4] & 0xFF) | (bytes[5] & 0xFF) << 8;
    int layer = (bytes[6] & 0xFF) | (bytes[7] & 0xFF) << 8;
    if (layer == 1) {
      throw in.rejected("is a wasm component: core modules of version 1 are supported");
    }
    if (version != 1 || layer != 0) {
      throw in.rejected("has wasm version " + version + ": version 1 is supported");
    }
    in.skip(HEADER_BYTES, "the header");
  }

  private void sections() {
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
        section(id);
      }
      in.leave(outer, what);
    }
    int defined = types.functions() - types.imported();
    if (bodies != defined) {
      throw in.malformed("it declares " + defined + " functions and has " + bodies + " bodies");
    }
  }

  private void section(int id) {
    switch (id) {
      case 1 -> types();
      case 2 -> imports();
      case 3 -> functions();
      case 4 -> tables();
      case 5 -> memories();
      case 6 -> globals();
      case 7 -> exports();
      case 8 -> in.u32(); // start
      case 9 -> elements();
      case 10 -> bodies();
      case 11 -> data();
      case DATA_COUNT -> in.require(limits, Limit.SEGMENTS, in.u32(), "of data");
      case TAGS -> tags();
      default -> throw new IllegalStateException("section " + id + " stands in the order only");
    }
  }

  private long count(String what, int itemBytes, Limit limit) {
    long count = in.count(what, itemBytes);
    in.require(limits, limit, count, "");
    return count;
  }

  private void types() {
    long count = count("types", 3, Limit.TYPES);
    for (int i = 0; i < count; i++) {
      int form = in.octet();
      if (form >= 0x4E && form < 0x60) {
        throw typeReader.garbageCollection();
      } else if (form != 0x60) {
        throw in.malformed(String.format("type %d has the form 0x%02X", i, form));
      }
      String where = "in type " + i;
      long parameters = in.count("parameters", 1);
      in.require(limits, Limit.PARAMETERS, parameters, where);
      long shape = values(parameters, parameters);
      long results = in.count("results", 1);
      in.require(limits, Limit.RESULTS, results, where);
      shape = values(results, shape);
      types.addType((int) parameters, (int) results, shape);
      cost.type(parameters, results);
    }
  }

  /** Reads value types; answers a hash of them, which is the same for equal ones. */
  private long values(long count, long seed) {
    long hash = seed;
    for (long i = 0; i < count; i++) {
      hash = hash * 0x9E3779B97F4A7C15L + typeReader.value();
      hash ^= hash >>> 32;
    }
    return hash;
  }

  private void imports() {
    for (long left = count("imports", 4, Limit.IMPORTS); left > 0; left--) {
      in.name();
      in.name();
      cost.item();
      int kind = in.octet();
      switch (kind) {
        case 0 -> types.addImported(typeIndex());
        case 1 -> table(typeReader.value());
        case 2 -> memory();
        case 3 -> {
          typeReader.value();
          in.octet();
        }
        case 4 -> tag();
        default -> throw in.malformed("an import is of kind " + kind);
      }
    }
  }

  private void functions() {
    long count = in.count("functions", 1);
    in.require(limits, Limit.FUNCTIONS, count + types.imported(), "");
    for (; count > 0; count--) {
      types.addFunction(typeIndex());
    }
  }

  private int typeIndex() {
    long index = in.u32();
    typeReader.requireType(index);
    return (int) index;
  }

  private void tables() {
    for (long left = in.count("tables", 3); left > 0; left--) {
      if (in.peek() != 0x40) {
        table(typeReader.value());
      } else {
        in.octet();
        if (in.octet() != 0) {
          throw in.malformed("a table's first value does not follow 0x40 0x00");
        }
        table(typeReader.value());
        constant();
      }
    }
  }

  private void table(int element) {
    if (element > 0x70) {
      throw in.malformed("a table holds numbers");
    }
    in.require(limits, Limit.TABLES, ++tables, "");
    int flags = in.octet();
    if (flags == 4 || flags == 5) {
      throw in.unsupported("tables with 64-bit indices", "compile it for wasm32");
    }
    if (flags > 3) {
      throw in.malformed("a table's limits have the flags " + flags);
    }
    long initial = in.u32();
    if ((flags & 1) != 0) {
      atMost(initial, in.u32(), "a table");
    }
    tableEntries += initial;
    in.require(limits, Limit.TABLE_ENTRIES, tableEntries, "");
    cost.item();
    cost.table(initial);
  }

  private void memories() {
    for (long left = in.count("memories", 2); left > 0; left--) {
      memory();
    }
  }

  private void memory() {
    if (++memories > 1) {
      throw in.unsupported("more than one memory", "compile it for one");
    }
    int flags = in.octet();
    if (flags >= 4 && flags <= 7) {
      throw in.unsupported("64-bit memory", "compile it for wasm32");
    }
    if (flags > 7 || flags == 2) {
      throw in.malformed("a memory's limits have the flags " + flags);
    }
    long initial = in.u32();
    if ((flags & 1) != 0) {
      long maximum = in.u32();
      atMost(initial, maximum, "a memory");
      atMost(maximum, PAGES_OF_4_GIB, "a memory");
    }
    atMost(initial, PAGES_OF_4_GIB, "a memory");
    if (initial > maximumPages) {
      throw in.overLimit(
          "wants " + initial + " pages of memory at the start",
          initial,
          maximumPages,
          "raise maximumPages");
    }
  }

  private void atMost(long least, long most, String what) {
    if (least > most) {
      throw in.malformed(what + " has " + least + " at the start or at most, over " + most);
    }
  }

  private void globals() {
    for (long left = count("globals", 4, Limit.GLOBALS); left > 0; left--) {
      typeReader.value();
      in.octet();
      cost.item();
      constant();
    }
  }

  private void exports() {
    long count = count("exports", 3, Limit.EXPORTS);
    // The type of each exported function is looked up behind the imported ones.
    cost.steps(count * types.imported());
    for (long left = count; left > 0; left--) {
      in.name();
      int kind = in.octet();
      if (kind > 4) {
        throw in.malformed("an export is of kind " + kind);
      }
      in.u32();
      cost.export();
    }
  }

  private void elements() {
    long count = in.count("element segments", 3);
    in.require(limits, Limit.SEGMENTS, count, "of elements");
    for (; count > 0; count--) {
      long flags = in.u32();
      if (flags > 7) {
        throw in.malformed("an element segment has the flags " + flags);
      }
      boolean active = (flags & 1) == 0;
      boolean explicit = (flags & 2) != 0;
      boolean expressions = (flags & 4) != 0;
      if (active) {
        if (explicit) {
          in.u32();
        }
        constant();
      }
      if (!active || explicit) {
        if (expressions) {
          typeReader.value();
        } else if (in.octet() != 0) {
          throw in.malformed("an element segment is of an unknown kind");
        }
      }
      for (long left = in.count("elements", 1); left > 0; left--) {
        cost.item();
        if (expressions) {
          constant();
        } else {
          in.u32();
        }
      }
    }
  }

  private void constant() {
    for (int i = typeReader.constant(); i > 0; i--) {
      cost.item();
    }
  }

  private void bodies() {
    bodies = in.count("function bodies", 2);
    int defined = types.functions() - types.imported();
    if (bodies != defined) {
      throw in.malformed("it declares " + defined + " functions and has " + bodies + " bodies");
    }
    CodeScan code = new CodeScan(in, limits, types, cost, typeReader);
    for (int i = 0; i < bodies; i++) {
      code.function(types.imported() + i);
    }
  }

  private void data() {
    long count = in.count("data segments", 2);
    in.require(limits, Limit.SEGMENTS, count, "of data");
    for (; count > 0; count--) {
      long mode = in.u32();
      if (mode > 2) {
        throw in.malformed("a data segment has the mode " + mode);
      }
      if (mode == 2) {
        in.u32();
      }
      if (mode != 1) {
        constant();
      }
      in.skip(in.u32(), "a data segment");
      cost.item();
    }
  }

  private void tags() {
    for (long left = count("tags", 2, Limit.EXPORTS); left > 0; left--) {
      tag();
    }
  }

  private void tag() {
    in.octet();
    typeIndex();
    cost.item();
  }
}
