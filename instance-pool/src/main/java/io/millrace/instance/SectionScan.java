package io.millrace.instance;

import io.millrace.instance.ModuleLimits.Limit;

/** Reads what stands in a module's sections, holds it to the limits and adds up its cost. */
final class SectionScan {

  private static final int PAGES_OF_4_GIB = ModuleScan.PAGES_OF_4_GIB;

  private final WasmReader in;
  private final ModuleLimits limits;
  private final int maximumPages;
  private final CompileCost cost;
  private final FunctionTypes types = new FunctionTypes();
  private final TypeReader typeReader;
  private long memories;
  private long tables;
  private long tableEntries;
  private long bodies;

  SectionScan(WasmReader in, ModuleLimits limits, int maximumPages, CompileCost cost) {
    this.in = in;
    this.limits = limits;
    this.maximumPages = maximumPages;
    this.cost = cost;
    this.typeReader = new TypeReader(in, types);
  }

  /** Called behind the last section. */
  void end() {
    requireBodies();
    cost.types(types);
  }

  private void requireBodies() {
    int defined = types.functions() - types.imported();
    if (bodies != defined) {
      throw in.malformed("it declares " + defined + " functions and has " + bodies + " bodies");
    }
  }

  /** The content of section {@code id}, which is none of the custom ones. */
  void section(int id) {
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
      case ModuleScan.DATA_COUNT -> in.require(limits, Limit.SEGMENTS, in.u32(), "of data");
      case ModuleScan.TAGS -> tags();
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
    requireBodies();
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
