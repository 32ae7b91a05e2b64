package io.millrace.benchmarks;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.spi.Guest;

/** The same guest on the engine's own memory, called as its documentation says. */
final class StockGuest implements Guest {

  private static final int BLOCK_BYTES = 1024 * 1024;

  private final Instance instance;
  private final Memory memory;
  private final int block;

  StockGuest(byte[] wasm) {
    WasmModule module = Parser.parse(wasm);
    instance =
        Instance.builder(module)
            .withMachineFactory(MachineFactoryCompiler.compile(module))
            .withMemoryFactory(ByteArrayMemory::new)
            .withStart(false)
            .build();
    memory = instance.memory();
    instance.export("_initialize").apply();
    block = (int) instance.export("alloc").apply(BLOCK_BYTES)[0];
  }

  @Override
  public byte[] call(Invocation invocation) {
    Payload.Copied payload = (Payload.Copied) invocation.payload();
    if (payload.length() > BLOCK_BYTES) {
      throw new IllegalArgumentException("payload of " + payload.length() + " bytes");
    }
    ExportFunction function = instance.export(invocation.function());
    memory.write(block, payload.array(), payload.offset(), payload.length());
    long packed = function.apply(block, payload.length())[0];
    return memory.readBytes((int) (packed >>> 32), (int) packed);
  }
}
