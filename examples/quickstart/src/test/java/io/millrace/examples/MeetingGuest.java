package io.millrace.examples;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;

import io.millrace.instance.ModuleSource;
import io.millrace.instance.WasmBuilder;
import io.millrace.memory.SharedLinearMemory;
import java.util.Arrays;
import java.util.stream.IntStream;

/** A guest whose instances wait for each other in the one memory that they share. */
final class MeetingGuest {

  private MeetingGuest() {}

  /**
   * {@code wait} waits at one address for ever, and answers nothing; {@code notify} wakes one that
   * waits there, and answers so many bytes as it has woken.
   */
  static ModuleSource source() {
    int[] in = types(I32, I32);
    int[] out = types(I64);
    return ModuleSource.of(
        "meeting.wasm",
        new WasmBuilder()
            .importedMemory("env", "memory", 3, 4)
            .allocator(4096)
            // i32.const 2048, i32.const 0, i64.const -1, memory.atomic.wait32
            .function("wait", in, out, answering(0x41, 0, 0x42, 0x7F, 0xFE, 1, 2, 0))
            // i32.const 2048, i32.const 1, memory.atomic.notify
            .function("notify", in, out, answering(0x41, 1, 0xFE, 0, 2, 0))
            .build());
  }

  /** The number is the answer's length: i64.extend_i32_u, i64.const 2112 << 32, i64.or. */
  private static int[] answering(int... atTheAddress) {
    IntStream address = IntStream.of(0x41, 0x80, 0x10);
    IntStream packed =
        IntStream.concat(
            IntStream.concat(IntStream.of(0xAD), IntStream.of(WasmBuilder.i64(2112L << 32))),
            IntStream.of(0x84));
    return IntStream.concat(IntStream.concat(address, IntStream.of(atTheAddress)), packed)
        .toArray();
  }

  /** How many threads are parked in a memory's wait, which an instance that polls never enters. */
  static long waiting() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> thread.getKey().getState() == Thread.State.WAITING)
        .filter(thread -> Arrays.stream(thread.getValue()).anyMatch(MeetingGuest::isWait))
        .count();
  }

  private static boolean isWait(StackTraceElement frame) {
    return frame.getClassName().equals(SharedLinearMemory.class.getName())
        && frame.getMethodName().equals("waitInt");
  }
}
