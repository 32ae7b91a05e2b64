package io.millrace.instance;

import io.millrace.memory.LinearMemory;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Arguments and environment: a table of addresses, and the strings with a NUL after each. */
final class WasiStrings {

  private WasiStrings() {}

  static Errno args(WasiContext wasi, LinearMemory memory, long[] args) {
    return put(wasi.policy().args(), memory, args);
  }

  static Errno argsSizes(WasiContext wasi, LinearMemory memory, long[] args) {
    return putSizes(wasi.policy().args(), memory, args);
  }

  static Errno environment(WasiContext wasi, LinearMemory memory, long[] args) {
    return put(wasi.policy().variables(), memory, args);
  }

  static Errno environmentSizes(WasiContext wasi, LinearMemory memory, long[] args) {
    return putSizes(wasi.policy().variables(), memory, args);
  }

  private static Errno put(List<String> strings, LinearMemory memory, long[] args) {
    int table = (int) args[0];
    int text = (int) args[1];
    for (String each : strings) {
      byte[] utf8 = terminated(each);
      memory.putInt(table, text);
      memory.write(text, utf8, 0, utf8.length);
      table += Integer.BYTES;
      text += utf8.length;
    }
    return Errno.SUCCESS;
  }

  private static Errno putSizes(List<String> strings, LinearMemory memory, long[] args) {
    memory.putInt((int) args[0], strings.size());
    memory.putInt((int) args[1], strings.stream().mapToInt(each -> terminated(each).length).sum());
    return Errno.SUCCESS;
  }

  private static byte[] terminated(String text) {
    return (text + '\0').getBytes(StandardCharsets.UTF_8);
  }
}
