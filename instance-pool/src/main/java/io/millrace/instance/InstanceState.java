package io.millrace.instance;

import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.Element;
import com.dylibso.chicory.wasm.types.MutabilityType;
import com.dylibso.chicory.wasm.types.ValType;
import io.millrace.memory.FlatLinearMemory;
import io.millrace.memory.Snapshot;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that guest code can change in its instance, as it was when the guest was ready: memory
 * and its size, mutable globals, tables, dropped data and element segments (core specification
 * 4.2.3 to 4.2.11), where the arena's block lies, and the host's side of it. Immutable; any number
 * of instances start from one, and go back to it.
 */
final class InstanceState {

  private final Snapshot memory;
  private final long[][] globals;
  private final int[][] tables;
  private final DataSegment[] dataSegments;
  private final @Nullable Element[] elements;
  private final int arenaBase;
  private final int arenaBytes;
  private final WasiContext.State wasi;

  private InstanceState(EngineInstance from, FlatLinearMemory flat, Block arena) {
    memory = flat.snapshot();
    globals = globals(from.raw());
    tables = tables(from.raw());
    dataSegments = from.memory().dataSegments();
    elements = elements(from.raw());
    arenaBase = arena.base();
    arenaBytes = arena.bytes();
    wasi = from.wasi().state();
  }

  /** A block of guest memory. */
  record Block(int base, int bytes) {}

  /** Takes the state of an instance, which must have no {@linkplain #obstacle obstacle}. */
  static InstanceState of(EngineInstance from, Block arena) {
    return new InstanceState(from, (FlatLinearMemory) from.memory().linear(), arena);
  }

  /** Why the state of such an instance cannot be taken, if so. */
  static Optional<String> obstacle(EngineInstance of) {
    Instance instance = of.raw();
    if (!(of.memory().linear() instanceof FlatLinearMemory)) {
      return Optional.of("its memory is shared: other instances change it");
    }
    for (int i = 0; i < globalCount(instance); i++) {
      if (isForeign(global(instance, i).getType())) {
        return Optional.of("global " + i + " holds references of the host");
      }
    }
    for (int i = 0; i < instance.tableCount(); i++) {
      TableInstance table = instance.table(i);
      if (isForeign(table.elementType())) {
        return Optional.of("table " + i + " holds references of the host");
      }
      for (int slot = 0; slot < table.size(); slot++) {
        Instance owner = table.instance(slot);
        if (owner != null && owner != instance) {
          return Optional.of("table " + i + " holds a function of another instance");
        }
      }
    }
    return Optional.empty();
  }

  /** Numbers can be copied, and so can indices of the module's own functions. */
  private static boolean isForeign(ValType type) {
    return type.isReference() && !ValType.matchesRef(type, ValType.FuncRef);
  }

  Snapshot memory() {
    return memory;
  }

  Block arena() {
    return new Block(arenaBase, arenaBytes);
  }

  /**
   * Makes an instance on private memory equal to this state. Costs what its memory's {@link
   * FlatLinearMemory#restore} costs, and a look at each global and table entry.
   *
   * @return whether it could be done: a table that has grown cannot shrink
   */
  boolean restore(EngineInstance target) {
    if (!restoreBesideMemory(target)) {
      return false;
    }
    target.memory().restore();
    return true;
  }

  /** The same for an instance whose memory equals this state's. Costs no copy of it. */
  boolean restoreBesideMemory(EngineInstance target) {
    if (!restoreTables(target.raw(), tables)) {
      return false;
    }
    restoreGlobals(target.raw(), globals);
    restoreSegments(target, elements, dataSegments);
    target.wasi().restore(wasi);
    return true;
  }

  /**
   * Makes {@code to} equal to {@code from} as it is now, both instances of one module on private
   * memory. Costs a copy of everything.
   *
   * @return whether it could be done: tables of other sizes and a full budget of pages prevent it
   */
  static boolean copy(EngineInstance from, EngineInstance to) {
    EngineMemory source = from.memory();
    EngineMemory target = to.memory();
    if (!restoreTables(to.raw(), tables(from.raw()))
        || target.grow(source.pages() - target.pages()) < 0) {
      return false;
    }
    restoreGlobals(to.raw(), globals(from.raw()));
    restoreSegments(to, elements(from.raw()), source.dataSegments());
    byte[] bytes = source.linear().read(0, source.linear().sizeBytes());
    target.linear().write(0, bytes, 0, bytes.length);
    to.wasi().restore(from.wasi().state());
    return true;
  }

  /** What of an instance differs from this state, if anything. Compares all of it. */
  Optional<String> difference(EngineInstance other) {
    Instance instance = other.raw();
    EngineMemory engine = other.memory();
    if (engine.linear().sizeBytes() != memory.sizeBytes()) {
      return Optional.of("memory has " + engine.linear().pages() + " pages");
    }
    if (!((FlatLinearMemory) engine.linear()).verify()) {
      return Optional.of("memory has other bytes");
    }
    if (!Arrays.deepEquals(globals, globals(instance))) {
      return Optional.of("a global has another value");
    }
    if (!Arrays.deepEquals(tables, tables(instance))) {
      return Optional.of("a table has other entries");
    }
    if (!Arrays.equals(elements, elements(instance))) {
      return Optional.of("other element segments are dropped");
    }
    if (!Arrays.equals(dataSegments, engine.dataSegments())) {
      return Optional.of("other data segments are dropped");
    }
    return other.wasi().difference(wasi);
  }

  private static boolean restoreTables(Instance instance, int[][] tables) {
    for (int i = 0; i < tables.length; i++) {
      TableInstance table = instance.table(i);
      if (table.size() != tables[i].length) {
        return false;
      }
      for (int slot = 0; slot < tables[i].length; slot++) {
        if (table.ref(slot) != tables[i][slot]) {
          table.setRef(slot, tables[i][slot], instance);
        }
      }
    }
    return true;
  }

  private static void restoreGlobals(Instance instance, long[][] globals) {
    for (int i = 0; i < globals.length; i++) {
      GlobalInstance global = global(instance, i);
      if (global.getMutabilityType() == MutabilityType.Var) {
        global.setValueLow(globals[i][0]);
        global.setValueHigh(globals[i][1]);
      }
    }
  }

  private static void restoreSegments(
      EngineInstance target, @Nullable Element[] elements, DataSegment[] dataSegments) {
    for (int i = 0; i < elements.length; i++) {
      target.raw().setElement(i, elements[i]);
    }
    target.memory().dataSegments(dataSegments);
  }

  private static int globalCount(Instance instance) {
    return instance.module().globalSection().globalCount();
  }

  /** The module's own global {@code i}, behind the imported ones. */
  private static GlobalInstance global(Instance instance, int i) {
    return instance.global(instance.imports().globalCount() + i);
  }

  private static long[][] globals(Instance instance) {
    long[][] values = new long[globalCount(instance)][];
    for (int i = 0; i < values.length; i++) {
      GlobalInstance global = global(instance, i);
      values[i] = new long[] {global.getValueLow(), global.getValueHigh()};
    }
    return values;
  }

  private static int[][] tables(Instance instance) {
    int[][] refs = new int[instance.tableCount()][];
    for (int i = 0; i < refs.length; i++) {
      TableInstance table = instance.table(i);
      refs[i] = new int[table.size()];
      for (int slot = 0; slot < refs[i].length; slot++) {
        refs[i][slot] = table.ref(slot);
      }
    }
    return refs;
  }

  private static @Nullable Element[] elements(Instance instance) {
    @Nullable Element[] elements = new @Nullable Element[instance.elementCount()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = instance.element(i);
    }
    return elements;
  }
}
