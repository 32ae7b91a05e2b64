package io.millrace.instance;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.ExportSection;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.MemoryImport;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.NameCustomSection;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.TableSection;
import io.millrace.memory.Snapshot;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a module in the engine, with the memory and the imports that the host gave it.
 * One thread at a time.
 */
final class EngineInstance {

  /** A function that the instance exports. */
  @FunctionalInterface
  interface Export {

    /** Runs it. Throws whatever the engine does. */
    long[] call(long... arguments);
  }

  private final Instance instance;
  private final EngineMemory memory;
  private final WasiContext wasi;

  private EngineInstance(Instance instance, EngineMemory memory, WasiContext wasi) {
    this.instance = instance;
    this.memory = memory;
    this.wasi = wasi;
  }

  /** What instances are made of: the same for all of one module in one pool. */
  record Parts(GuestMemories memories, HostFunctions hostFunctions, long tableEntries) {}

  /**
   * Builds an instance. Its start function runs, unless it begins with the memory of another one,
   * where that has left its mark: a second run would trap there, and would call the host again.
   *
   * @param filling the memory to begin with, or null for the module's own
   */
  static EngineInstance of(
      CompiledModule module, Parts parts, @Nullable Snapshot filling, WasiContext wasi) {
    WasmModule wasm = module.wasm();
    long room = roomInEachTable(wasm.tableSection(), parts.tableEntries());
    @Nullable EngineMemory[] made = {null};
    boolean built = false;
    try {
      Instance instance =
          Instance.builder(wasm)
              .withMachineFactory(
                  filling == null || wasm.startSection().isEmpty()
                      ? module.machines()
                      : skippingStart(module.machines()))
              .withMemoryFactory(
                  limits -> {
                    EngineMemory own = own(parts.memories(), limits, filling);
                    made[0] = own;
                    return own;
                  })
              .withTableFactory((table, value) -> new TableInstance(copy(table, room), value))
              .withImportValues(imports(parts, wasm, wasi))
              .withStart(false)
              .build();
      built = true;
      return new EngineInstance(instance, (EngineMemory) instance.memory(), wasi);
    } finally {
      if (!built && made[0] != null) {
        made[0].discard();
      }
    }
  }

  /** The engine's own instance: for {@link InstanceState}. */
  Instance raw() {
    return instance;
  }

  EngineMemory memory() {
    return memory;
  }

  WasiContext wasi() {
    return wasi;
  }

  /** The exported function of that name, which must be there. */
  Export function(String name) {
    ExportFunction function = instance.export(name);
    return function::apply;
  }

  /** The guest's functions that were running when {@code trap} was thrown, innermost first. */
  List<String> stack(Throwable trap) {
    return TrapStack.of(trap, this::functionName);
  }

  private String functionName(int function) {
    NameCustomSection names = instance.module().nameSection();
    String name = names == null ? null : names.nameOfFunction(function);
    return name != null ? name : exportedName(instance.module().exportSection(), function);
  }

  private static String exportedName(ExportSection exports, int function) {
    for (int i = 0; i < exports.exportCount(); i++) {
      com.dylibso.chicory.wasm.types.Export export = exports.getExport(i);
      if (export.exportType() == ExternalType.FUNCTION && export.index() == function) {
        return export.name();
      }
    }
    return "func[" + function + "]";
  }

  /** Whether {@code thrown} says that the thread was interrupted while guest code ran. */
  static boolean isInterrupt(Throwable thrown) {
    return thrown instanceof ChicoryInterruptedException;
  }

  private static EngineMemory own(
      GuestMemories memories, MemoryLimits limits, @Nullable Snapshot filling) {
    return memories.create(limits.initialPages(), limits.maximumPages(), filling);
  }

  private static ImportValues imports(Parts parts, WasmModule wasm, WasiContext wasi) {
    List<ImportMemory> views =
        wasm.importSection().stream()
            .filter(MemoryImport.class::isInstance)
            .map(MemoryImport.class::cast)
            .map(wanted -> view(parts.memories(), wanted))
            .toList();
    return ImportValues.builder()
        .withFunctions(HostImports.forModule(wasm, wasi, parts.hostFunctions()))
        .withMemories(views)
        .build();
  }

  private static ImportMemory view(GuestMemories memories, MemoryImport wanted) {
    MemoryLimits limits = wanted.limits();
    return new ImportMemory(
        wanted.module(),
        wanted.name(),
        memories.view(limits.initialPages(), limits.maximumPages()));
  }

  /**
   * The engine calls the start function while it builds the instance, before anything else. Later
   * calls, also of the same function, go through.
   */
  private static Function<Instance, Machine> skippingStart(Function<Instance, Machine> machines) {
    return instance -> {
      Machine machine = machines.apply(instance);
      boolean[] skipped = {false};
      return (function, arguments) -> {
        if (!skipped[0]) {
          skipped[0] = true;
          return new long[0];
        }
        return machine.call(function, arguments);
      };
    };
  }

  /**
   * By how many entries each table may grow: what the tables leave of the limit, in equal parts.
   */
  private static long roomInEachTable(TableSection tables, long limit) {
    long atStart = 0;
    for (int i = 0; i < tables.tableCount(); i++) {
      atStart += tables.getTable(i).limits().min();
    }
    return Math.max(0, limit - atStart) / Math.max(1, tables.tableCount());
  }

  /**
   * The engine's table.grow changes the limits of the table that it was given, for all instances.
   */
  private static Table copy(Table table, long room) {
    TableLimits limits = table.limits();
    long most = Math.min(limits.max(), limits.min() + room);
    return new Table(
        table.elementType(),
        new TableLimits(limits.min(), most, limits.shared()),
        table.initialize());
  }
}
