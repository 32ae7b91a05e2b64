package io.millrace.instance;

import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionImport;
import io.millrace.memory.LinearMemory;
import java.util.List;

/** Where the engine calls the host: WASI, and the pool's host functions. */
final class HostImports {

  private static final long[] NOTHING = {};

  private HostImports() {}

  /** The functions that the module imports, which were found to be granted, for one instance. */
  static List<ImportFunction> forModule(
      WasmModule module, WasiContext wasi, HostFunctions granted) {
    return module.importSection().stream()
        .filter(FunctionImport.class::isInstance)
        .map(FunctionImport.class::cast)
        .map(wanted -> function(module, wanted, wasi, granted))
        .toList();
  }

  private static ImportFunction function(
      WasmModule module, FunctionImport wanted, WasiContext wasi, HostFunctions granted) {
    HostFunctions.Granted host = granted.find(wanted.module(), wanted.name());
    boolean answers = !module.typeSection().getType(wanted.typeIndex()).returns().isEmpty();
    return new com.dylibso.chicory.runtime.HostFunction(
        wanted.module(),
        wanted.name(),
        module.typeSection().getType(wanted.typeIndex()),
        (instance, args) -> {
          wasi.countHostCall();
          long result =
              host == null
                  ? WasiFunctions.call(wanted.name(), wasi, memory(instance), args)
                  : call(host, wasi, memory(instance), args);
          return answers ? new long[] {result} : NOTHING;
        });
  }

  /** There is one: a module without was refused before any of its code ran. */
  private static LinearMemory memory(Instance instance) {
    return ((EngineMemory) instance.memory()).linear();
  }

  /** Whatever a host function throws is its own: nothing of it passes for the guest's. */
  private static long call(
      HostFunctions.Granted host, WasiContext wasi, LinearMemory memory, long[] args) {
    HostCall call = new HostCall(wasi, memory);
    try {
      return host.function().call(call, args);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new HostSignal.Interrupted(host.name());
    } catch (Throwable thrown) {
      HostSignal.Interrupted.check(host.name());
      throw new HostSignal.Failed(host.name(), thrown);
    } finally {
      call.end();
    }
  }
}
