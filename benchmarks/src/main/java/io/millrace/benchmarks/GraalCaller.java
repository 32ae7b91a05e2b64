package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.ByteSequence;

/** GraalWasm; on a JVM without Graal's compiler, or told so, it interprets. */
final class GraalCaller implements Caller {

  private static final int BLOCK_BYTES = 64 * 1024;

  /** What an engine without a compiler calls itself. */
  private static final String INTERPRETER = "Interpreted";

  private final Context context = Context.create("wasm");
  private final Value memory;
  private final int block;
  private final Map<PeerCall, Value> functions = new EnumMap<>(PeerCall.class);

  GraalCaller(byte[] wasm) throws IOException {
    Source source = Source.newBuilder("wasm", ByteSequence.create(wasm), "guest").build();
    Value exports = context.eval(source).newInstance().getMember("exports");
    memory = exports.getMember("memory");
    exports.getMember("_initialize").execute();
    block = exports.getMember("alloc").execute(BLOCK_BYTES).asInt();
    for (PeerCall call : PeerCall.values()) {
      functions.put(call, exports.getMember(call.function()));
    }
  }

  /** Whether this JVM has no compiler for it, or was told to do without. */
  static boolean isInterpreter() {
    try (Engine engine = Engine.create("wasm")) {
      return isInterpreter(engine);
    }
  }

  private static boolean isInterpreter(Engine engine) {
    return engine.getImplementationName().equals(INTERPRETER);
  }

  /** Which one, and how it runs guests. */
  static String engine() {
    try (Engine engine = Engine.create("wasm")) {
      return "GraalWasm "
          + engine.getVersion()
          + (isInterpreter(engine)
              ? ", interpreting"
              : ", compiled by " + engine.getImplementationName());
    }
  }

  @Override
  public byte[] call(PeerCall call) {
    byte[] payload = call.payload(); // whole words: there is no call for more at once
    ByteBuffer words = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < payload.length; at += Long.BYTES) {
      memory.writeBufferLong(ByteOrder.LITTLE_ENDIAN, block + at, words.getLong(at));
    }
    Value function = Objects.requireNonNull(functions.get(call), call.word());
    long packed = function.execute(block, payload.length).asLong();
    byte[] reply = new byte[Caller.length(packed)];
    memory.readBuffer(Caller.address(packed), reply, 0, reply.length);
    return reply;
  }
}
