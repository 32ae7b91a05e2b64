package io.millrace.benchmarks;

import io.github.kawamuray.wasmtime.Engine;
import io.github.kawamuray.wasmtime.Func;
import io.github.kawamuray.wasmtime.Instance;
import io.github.kawamuray.wasmtime.Memory;
import io.github.kawamuray.wasmtime.Module;
import io.github.kawamuray.wasmtime.Store;
import io.github.kawamuray.wasmtime.WasmFunctions;
import io.github.kawamuray.wasmtime.WasmValType;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Native wasmtime, by way of JNI. */
final class WasmtimeCaller implements Caller {

  private static final int BLOCK_BYTES = 64 * 1024;

  private final Store<Void> store = Store.withoutData();
  private final Memory memory;

  /**
   * Where the memory lies. Wasmtime reserves the address space that it may grow into, so it stays
   * there: a larger one is asked for only where a reply lies beyond.
   */
  private ByteBuffer bytes;

  private final int block;
  private final Map<PeerCall, WasmFunctions.Function2<Integer, Integer, Long>> functions =
      new EnumMap<>(PeerCall.class);

  WasmtimeCaller(byte[] wasm) {
    Engine engine = store.engine();
    Instance instance = new Instance(store, Module.fromBinary(engine, wasm), List.of());
    memory = instance.getMemory(store, "memory").orElseThrow();
    WasmFunctions.consumer(store, function(instance, "_initialize")).accept();
    Func alloc = function(instance, "alloc");
    block = WasmFunctions.func(store, alloc, WasmValType.I32, WasmValType.I32).call(BLOCK_BYTES);
    bytes = memory.buffer(store);
    for (PeerCall call : PeerCall.values()) {
      Func each = function(instance, call.function());
      functions.put(
          call, WasmFunctions.func(store, each, WasmValType.I32, WasmValType.I32, WasmValType.I64));
    }
  }

  private Func function(Instance instance, String name) {
    return instance.getFunc(store, name).orElseThrow();
  }

  @Override
  public byte[] call(PeerCall call) {
    byte[] payload = call.payload();
    bytes.put(block, payload);
    WasmFunctions.Function2<Integer, Integer, Long> function = functions.get(call);
    if (function == null) {
      throw new IllegalArgumentException(call.word());
    }
    long packed = function.call(block, payload.length);
    byte[] reply = new byte[Caller.length(packed)];
    int at = Caller.address(packed);
    if (at + reply.length > bytes.capacity()) {
      bytes = memory.buffer(store);
    }
    bytes.get(at, reply);
    return reply;
  }
}
