package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.ByteSequence;

/** GraalWasm; on a JVM without Graal's compiler it interprets. */
final class GraalCaller implements Caller {

  private static final int BLOCK_BYTES = 64 * 1024;

  private final Context context = Context.create("wasm");
  private final Value exports;
  private final Value memory;
  private final int block;

  GraalCaller(byte[] wasm) throws IOException {
    Source source = Source.newBuilder("wasm", ByteSequence.create(wasm), "guest").build();
    exports = context.eval(source).newInstance().getMember("exports");
    memory = exports.getMember("memory");
    exports.getMember("_initialize").execute();
    block = exports.getMember("alloc").execute(BLOCK_BYTES).asInt();
  }

  @Override
  public byte[] call(PeerCall call) {
    byte[] payload = call.payload(); // whole words: there is no call for more at once
    ByteBuffer words = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < payload.length; at += Long.BYTES) {
      memory.writeBufferLong(ByteOrder.LITTLE_ENDIAN, block + at, words.getLong(at));
    }
    long packed = exports.getMember(call.function()).execute(block, payload.length).asLong();
    byte[] reply = new byte[Caller.length(packed)];
    memory.readBuffer(Caller.address(packed), reply, 0, reply.length);
    return reply;
  }
}
