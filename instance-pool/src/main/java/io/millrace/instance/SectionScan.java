package io.millrace.instance;

import io.millrace.instance.ModuleLimits.Limit;

/** Reads what stands in a module's sections, holds it to the limits and adds up its cost. */
final class SectionScan {

  private final WasmReader in;
  private final ModuleLimits limits;
  private final CompileCost cost;
  private final FunctionTypes types = new FunctionTypes();
  private final TypeReader typeReader;
  private final DeclarationScan declared;
  private long bodies;

  SectionScan(WasmReader in, ModuleLimits limits, int maximumPages, CompileCost cost) {
    this.in = in;
    this.limits = limits;
    this.cost = cost;
    this.typeReader = new TypeReader(in, types);
    this.declared = new DeclarationScan(in, limits, maximumPages, cost, types, typeReader);
  }

  /** Called behind the last section; answers what the module declares. */
  Declarations end() {
    requireBodies();
    cost.types(types);
    return declared.declarations();
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
      case 1 -> declared.types();
      case 2 -> declared.imports();
      case 3 -> declared.functions();
      case 4 -> declared.tables();
      case 5 -> declared.memories();
      case 6 -> declared.globals();
      case 7 -> declared.exports();
      case 8 -> in.u32(); // start
      case 9 -> elements();
      case 10 -> bodies();
      case 11 -> data();
      case ModuleScan.DATA_COUNT -> in.require(limits, Limit.SEGMENTS, in.u32(), "of data");
      case ModuleScan.TAGS -> declared.tags();
      default -> throw new IllegalStateException("section " + id + " stands in the order only");
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
        typeReader.constant(cost);
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
          typeReader.constant(cost);
        } else {
          in.u32();
        }
      }
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
        typeReader.constant(cost);
      }
      in.skip(in.u32(), "a data segment");
      cost.item();
    }
  }
}
