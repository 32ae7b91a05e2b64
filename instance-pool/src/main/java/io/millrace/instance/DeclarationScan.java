package io.millrace.instance;

import io.millrace.instance.ModuleLimits.Limit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads what a module declares before its code: types, imports, functions, tables, memories,
 * globals, exports and tags. Holds all of it to the limits and keeps what a report tells.
 */
final class DeclarationScan {

  private static final int PAGES_OF_4_GIB = ModuleScan.PAGES_OF_4_GIB;
  private static final List<String> KINDS = List.of("function", "table", "memory", "global", "tag");

  private final WasmReader in;
  private final ModuleLimits limits;
  private final int maximumPages;
  private final CompileCost cost;
  private final FunctionTypes types;
  private final TypeReader typeReader;
  private final List<ModuleReport.Import> importList = new ArrayList<>();
  private final List<ModuleReport.Memory> memoryList = new ArrayList<>();
  private final List<ModuleReport.Export> exportList = new ArrayList<>();
  private long tables;
  private long tableEntries;

  DeclarationScan(
      WasmReader in,
      ModuleLimits limits,
      int maximumPages,
      CompileCost cost,
      FunctionTypes types,
      TypeReader typeReader) {
    this.in = in;
    this.limits = limits;
    this.maximumPages = maximumPages;
    this.cost = cost;
    this.types = types;
    this.typeReader = typeReader;
  }

  /** What was read, once all sections were. */
  Declarations declarations() {
    return new Declarations(importList, memoryList, exportList);
  }

  void types() {
    long count = count("types", 3, Limit.TYPES);
    for (int i = 0; i < count; i++) {
      int form = in.octet();
      if (form >= 0x4E && form < 0x60) {
        throw typeReader.garbageCollection();
      } else if (form != 0x60) {
        throw in.malformed(String.format("type %d has the form 0x%02X", i, form));
      }
      String where = "in type " + i;
      byte[] parameters = values("parameters", Limit.PARAMETERS, where);
      byte[] results = values("results", Limit.RESULTS, where);
      types.addType(parameters, results);
      cost.type(parameters.length, results.length);
    }
  }

  private byte[] values(String what, Limit limit, String where) {
    long count = in.count(what, 1);
    in.require(limits, limit, count, where);
    byte[] values = new byte[(int) count];
    for (int i = 0; i < count; i++) {
      values[i] = (byte) typeReader.value();
    }
    return values;
  }

  void imports() {
    for (long left = count("imports", 4, Limit.IMPORTS); left > 0; left--) {
      String module = in.name();
      String name = in.name();
      cost.item();
      int kind = in.octet();
      String type =
          switch (kind) {
            case 0 -> function();
            case 1 -> table();
            case 2 -> memory(true);
            case 3 -> global();
            case 4 -> {
              tag();
              yield "";
            }
            default -> throw in.malformed("an import is of kind " + kind);
          };
      importList.add(new ModuleReport.Import(module, name, KINDS.get(kind), type, false));
    }
  }

  private String function() {
    int type = typeIndex();
    types.addImported(type);
    return types.text(type);
  }

  void functions() {
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

  void tables() {
    for (long left = in.count("tables", 3); left > 0; left--) {
      if (in.peek() != 0x40) {
        table();
      } else {
        in.octet();
        if (in.octet() != 0) {
          throw in.malformed("a table's first value does not follow 0x40 0x00");
        }
        table();
        typeReader.constant(cost);
      }
    }
  }

  private String table() {
    int element = typeReader.value();
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
    return TypeReader.text(element);
  }

  void memories() {
    for (long left = in.count("memories", 2); left > 0; left--) {
      memory(false);
    }
  }

  private String memory(boolean imported) {
    if (!memoryList.isEmpty()) {
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
    long maximum = PAGES_OF_4_GIB;
    if ((flags & 1) != 0) {
      maximum = in.u32();
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
    memoryList.add(
        new ModuleReport.Memory((int) initial, (int) maximum, (flags & 2) != 0, imported));
    return initial + ".." + maximum + " pages";
  }

  private void atMost(long least, long most, String what) {
    if (least > most) {
      throw in.malformed(what + " has " + least + " at the start or at most, over " + most);
    }
  }

  void globals() {
    for (long left = count("globals", 4, Limit.GLOBALS); left > 0; left--) {
      global();
      cost.item();
      typeReader.constant(cost);
    }
  }

  private String global() {
    String type = TypeReader.text(typeReader.value());
    return in.octet() == 0 ? type : "mut " + type;
  }

  void exports() {
    long count = count("exports", 3, Limit.EXPORTS);
    // The type of each exported function is looked up behind the imported ones.
    cost.steps(count * types.imported());
    Set<String> names = new HashSet<>();
    for (long left = count; left > 0; left--) {
      String name = in.name();
      if (!names.add(name)) {
        // The engine takes the last one, whatever it is (core specification 3.4.10 wants none).
        throw in.malformed("two exports have one name");
      }
      int kind = in.octet();
      if (kind >= KINDS.size()) {
        throw in.malformed("an export is of kind " + kind);
      }
      long index = in.u32();
      String type = "";
      if (kind == 0) {
        if (index >= types.functions()) {
          throw in.malformed("an export is function " + index + ", there are " + types.functions());
        }
        type = types.text(types.typeOf((int) index));
      }
      exportList.add(new ModuleReport.Export(name, KINDS.get(kind), type));
      cost.export();
    }
  }

  void tags() {
    for (long left = count("tags", 2, Limit.EXPORTS); left > 0; left--) {
      tag();
    }
  }

  private void tag() {
    in.octet();
    typeIndex();
    cost.item();
  }

  private long count(String what, int itemBytes, Limit limit) {
    long count = in.count(what, itemBytes);
    in.require(limits, limit, count, "");
    return count;
  }
}
