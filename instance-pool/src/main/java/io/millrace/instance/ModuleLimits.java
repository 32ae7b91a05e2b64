package io.millrace.instance;

import java.util.EnumMap;
import java.util.Map;

/**
 * How large a module may be in each respect before it is refused. Looked at before the engine sees
 * the module: what a few bytes claim can cost gigabytes there. Immutable.
 *
 * @param values each limit's figure; absent ones have their default
 */
public record ModuleLimits(Map<Limit, Long> values) {

  /** What is limited. A figure equal to its limit is accepted. */
  public enum Limit {
    /** Bytes of the whole module. Default 64 MiB, also what is read of a file at most. */
    MODULE_BYTES("has", "bytes", ModuleSource.HIGHEST_BYTES),

    /**
     * Heap that the engine takes to parse and compile the module, by the scan's estimate: some 100
     * bytes for each instruction, and 12 for each local and stack value at each place that code can
     * jump to. A large Go module needs about 60 times its size in code. Default half of the JVM's
     * largest heap. The whole defence against small modules that grow large rests on this one and
     * {@link #COMPILE_STEPS}; the others give clearer refusals.
     */
    HEAP_BYTES("needs about", "bytes of heap to be compiled", Runtime.getRuntime().maxMemory() / 2),

    /**
     * Steps that the engine takes beyond a few for each byte: it walks through the blocks around a
     * branch one by one, compares each type with each function, and copies the stack at each block.
     * Default 500 million, some tens of seconds.
     */
    COMPILE_STEPS("needs about", "steps to be compiled", 500_000_000),

    /** Function types. Default 10,000; compilers write each type once, and have some hundreds. */
    TYPES("has", "types", 10_000),

    /**
     * Parameters of one function type. Default 1000, as in browsers (WebAssembly JavaScript
     * interface, implementation-defined limits); beyond 255 JVM slots the engine passes an array.
     */
    PARAMETERS("has", "parameters", 1_000),

    /**
     * Results of one function type. Default 127: several results are gathered by a Java method that
     * takes them as parameters, and its 255 slots hold 127 of 64 bits. Browsers allow 1000.
     */
    RESULTS("has", "results", 127),

    /** Functions, imported ones included. Default 100,000; browsers allow a million. */
    FUNCTIONS("has", "functions", 100_000),

    /** Imports. Default 10,000; the pool grants some tens of them at most. */
    IMPORTS("has", "imports", 10_000),

    /** Exports. Default 100,000, as in browsers. */
    EXPORTS("has", "exports", 100_000),

    /** Globals of its own. Default 100,000; browsers allow a million. */
    GLOBALS("has", "globals", 100_000),

    /** Tables. Default 16; compilers write one or two, browsers allow 100,000. */
    TABLES("has", "tables", 16),

    /**
     * Entries of all tables together, at the start and after growth. Default 1,000,000, which is 8
     * MB in each instance; browsers allow 10,000,000 in each table.
     */
    TABLE_ENTRIES("has", "table entries", 1_000_000),

    /** Element segments, and data segments. Default 100,000 of each, as browsers have for data. */
    SEGMENTS("has", "segments", 100_000),

    /**
     * Bytes of one function's body. Default 128 KiB: a Java method holds 64 KiB of bytecode, and
     * compiled code takes more bytes there than in wasm, a third more for a large Go module.
     * Browsers allow 7,654,321.
     */
    FUNCTION_BYTES("has", "bytes of code", 128 * 1024),

    /**
     * Locals of one function beside its parameters. Default 10,000: setting some 13,000 to zero
     * fills a Java method, and each call takes 8 bytes of stack for each. Browsers allow 50,000.
     */
    LOCALS("has", "locals", 10_000);

    private final String verb;
    private final String noun;
    private final long byDefault;

    Limit(String verb, String noun, long byDefault) {
      this.verb = verb;
      this.noun = noun;
      this.byDefault = byDefault;
    }

    String verb() {
      return verb;
    }

    String noun() {
      return noun;
    }

    String advice() {
      String instead = this == HEAP_BYTES ? "give the JVM more heap" : "use a smaller module";
      return instead + ", or raise ModuleLimits." + this;
    }
  }

  private static final ModuleLimits DEFAULTS = new ModuleLimits(Map.of());

  /** Copies the map. */
  public ModuleLimits {
    values = Map.copyOf(values);
  }

  /** Every limit at its default. */
  public static ModuleLimits defaults() {
    return DEFAULTS;
  }

  /**
   * These limits but for one.
   *
   * @throws IllegalArgumentException when {@code value} is negative, or {@link Limit#MODULE_BYTES}
   *     above 64 MiB: more of a file is not read
   */
  public ModuleLimits with(Limit limit, long value) {
    long highest = limit == Limit.MODULE_BYTES ? ModuleSource.HIGHEST_BYTES : Long.MAX_VALUE;
    if (value < 0 || value > highest) {
      throw new IllegalArgumentException(limit + " is " + value + ": it must lie in 0.." + highest);
    }
    Map<Limit, Long> changed = new EnumMap<>(Limit.class);
    changed.putAll(values);
    changed.put(limit, value);
    return new ModuleLimits(changed);
  }

  /** The figure of one limit. */
  public long get(Limit limit) {
    return values.getOrDefault(limit, limit.byDefault);
  }
}
