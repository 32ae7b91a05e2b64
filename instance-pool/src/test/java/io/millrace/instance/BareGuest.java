package io.millrace.instance;

import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import org.jspecify.annotations.Nullable;

/**
 * An interpreted instance without a pool around it, for tests of what guests promise: its exports
 * are called as they are, with any arguments, and something can happen between any two of its
 * instructions. One thread at a time.
 */
final class BareGuest {

  private static final int MOST_PAGES = 2048;

  private final Instance instance;
  private Runnable beforeEachInstruction = () -> {};

  private BareGuest(WasmModule module, @Nullable SharedLinearMemory shared) {
    ImportValues.Builder imports =
        ImportValues.builder()
            .withFunctions(
                HostImports.forModule(
                    module,
                    new WasiContext(CapabilityPolicy.NONE, 1 << 20),
                    HostFunctions.BUILT_IN));
    if (shared != null) {
      imports.addMemory(new ImportMemory("env", "memory", new SharedMemory(shared)));
    }
    instance =
        Instance.builder(module)
            .withMemoryFactory(
                limits ->
                    MemoryKind.FLAT.create(new PageLimits(limits.initialPages(), MOST_PAGES), null))
            .withImportValues(imports.build())
            .withStart(false)
            .withUnsafeExecutionListener((instruction, stack) -> beforeEachInstruction.run())
            .build();
  }

  /** One of examples/guests. */
  static WasmModule module(String name) {
    return Parser.parse(
        ModuleSource.resource(BareGuest.class, "/io/millrace/guests/" + name + ".wasm").read());
  }

  /** With a memory of its own; its start has run. */
  static BareGuest start(WasmModule module) {
    BareGuest guest = new BareGuest(module, null);
    guest.call("_initialize");
    return guest;
  }

  /** On a memory that others are on, in a slot that none of them has; its start has run. */
  static BareGuest start(WasmModule module, SharedLinearMemory shared, int slot) {
    BareGuest guest = new BareGuest(module, shared);
    guest.call("instance_slot", slot);
    guest.call("_initialize");
    return guest;
  }

  /** What runs on the guest's thread before each of its instructions; it may throw. */
  void beforeEachInstruction(Runnable task) {
    beforeEachInstruction = task;
  }

  /**
   * Runs an export. Answers its result, or 0 where it has none; throws whatever the engine does.
   */
  long call(String export, long... arguments) {
    long[] results = instance.export(export).apply(arguments);
    return results == null || results.length == 0 ? 0 : results[0];
  }

  LinearMemory memory() {
    return ((EngineMemory) instance.memory()).linear();
  }
}
