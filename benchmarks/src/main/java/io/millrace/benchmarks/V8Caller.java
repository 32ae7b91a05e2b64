package io.millrace.benchmarks;

import com.caoccao.javet.exceptions.JavetException;
import com.caoccao.javet.interop.V8Host;
import com.caoccao.javet.interop.V8Runtime;
import com.caoccao.javet.values.reference.V8ValueArrayBuffer;
import com.caoccao.javet.values.reference.V8ValueFunction;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** V8 within the JVM, by way of Javet: the guest's memory is a buffer of ours, a call is JNI. */
final class V8Caller implements Caller {

  private static final int BLOCK_BYTES = 64 * 1024;

  private final V8Runtime v8;
  private final ByteBuffer memory;
  private final int block;
  private final Map<PeerCall, V8ValueFunction> functions = new EnumMap<>(PeerCall.class);

  V8Caller(byte[] wasm) throws JavetException {
    v8 = V8Host.getV8Instance().createV8Runtime();
    try (V8ValueArrayBuffer bytes = v8.createV8ValueArrayBuffer(wasm.length)) {
      bytes.fromBytes(wasm);
      v8.getGlobalObject().set("wasm", bytes);
    }
    v8.getExecutor(
            "const guest = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports;"
                + "guest._initialize();"
                + "const block = guest.alloc("
                + BLOCK_BYTES
                + ");")
        .executeVoid();
    block = v8.getExecutor("block").executeInteger();
    // The packed number has fewer than 53 bits, since the memory is small.
    for (PeerCall call : PeerCall.values()) {
      functions.put(
          call,
          v8.getExecutor("(length) => Number(guest." + call.function() + "(block, length))")
              .execute());
    }
    V8ValueArrayBuffer buffer = v8.getExecutor("guest.memory.buffer").execute();
    memory = buffer.getByteBuffer();
    v8.getV8Locker(); // once, instead of with each call
  }

  /** V8's own. */
  static String version() throws JavetException {
    try (V8Runtime v8 = V8Host.getV8Instance().createV8Runtime()) {
      return v8.getVersion();
    }
  }

  @Override
  public byte[] call(PeerCall call) throws JavetException {
    byte[] payload = call.payload();
    memory.put(block, payload);
    V8ValueFunction function = Objects.requireNonNull(functions.get(call), call.word());
    long packed = function.callDouble(null, payload.length).longValue();
    byte[] reply = new byte[Caller.length(packed)];
    memory.get(Caller.address(packed), reply);
    return reply;
  }
}
