package io.millrace.benchmarks;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import java.util.function.Function;

/** A new instance of the engine for each call, of a module that is compiled once. */
final class PerCallCaller implements Caller {

  private final WasmModule module;
  private final Function<Instance, Machine> machine;

  PerCallCaller(byte[] wasm) {
    module = Parser.parse(wasm);
    machine = MachineFactoryCompiler.compile(module);
  }

  @Override
  public byte[] call(PeerCall call) {
    Instance instance =
        Instance.builder(module)
            .withMachineFactory(machine)
            .withMemoryFactory(ByteArrayMemory::new)
            .withStart(false)
            .build();
    instance.export("_initialize").apply();
    byte[] payload = call.payload();
    int block = (int) instance.export("alloc").apply(payload.length)[0];
    instance.memory().write(block, payload);
    long packed = instance.export(call.function()).apply(block, payload.length)[0];
    return instance.memory().readBytes(Caller.address(packed), Caller.length(packed));
  }
}
