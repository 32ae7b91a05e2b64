package io.millrace.instance;

import io.millrace.pipeline.WorkerException;

/**
 * Looks through custom sections. A bad name section does not make a module invalid (core
 * specification, section 7.4), but the engine's reader of it fails on what is not well formed and
 * takes quadratic time for what is not in order: such a one must be kept from it.
 */
final class NameScan {

  private static final int MODULE = 0;
  private static final int LOCALS = 2;
  private static final int LABELS = 3;
  private static final int HIGHEST = 11;

  private final CompileCost cost;
  private boolean usable = true;
  private boolean seen;

  NameScan(CompileCost cost) {
    this.cost = cost;
  }

  /** Whether no section of names was met that the engine should not read. */
  boolean usable() {
    return usable;
  }

  /** A custom section: its own name has to be one, the rest of it may be anything. */
  void custom(WasmReader in) {
    boolean names = in.nameIs("name");
    WasmReader rest = in.takeRest();
    if (names) {
      try {
        usable &= !seen;
        seen = true;
        names(rest);
      } catch (WorkerException.ModuleRejected bad) {
        usable = false;
      }
    }
  }

  private void names(WasmReader in) {
    int last = -1;
    while (in.hasMore()) {
      int id = in.octet();
      int outer = in.enter(in.u32(), "names");
      usable &= id > last;
      last = id;
      if (id == MODULE) {
        in.skipName();
      } else if (id == LOCALS || id == LABELS) {
        long before = -1;
        for (long groups = in.count("groups of names", 2); groups > 0; groups--) {
          before = ascending(in, before);
          map(in);
        }
      } else if (id <= HIGHEST) {
        map(in);
      } else {
        in.takeRest();
      }
      in.leave(outer, "names");
    }
  }

  private void map(WasmReader in) {
    long before = -1;
    for (long names = in.count("names", 2); names > 0; names--) {
      before = ascending(in, before);
      in.skipName();
      cost.name();
    }
  }

  private long ascending(WasmReader in, long before) {
    long index = in.u32();
    usable &= index > before && index <= Integer.MAX_VALUE;
    return index;
  }
}
