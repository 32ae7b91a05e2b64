package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the machine's processors did since it started, as Linux counts it.
 *
 * @param all ticks of all processors
 * @param stolen those in which another guest of the same host ran, and this one wanted to
 */
record CpuTimes(long all, long stolen) {

  private static final Path STAT = Path.of("/proc/stat");
  private static final int STOLEN = 8;

  /** user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of user. */
  private static final int COUNTED = 8;

  /** Empty where the system does not say. */
  static Optional<CpuTimes> now() {
    try {
      return Files.isReadable(STAT) ? of(Files.readString(STAT)) : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /** From the text of {@code /proc/stat}. */
  static Optional<CpuTimes> of(String stat) {
    String[] words = stat.lines().findFirst().orElse("").trim().split(" +", -1);
    if (!words[0].equals("cpu") || words.length <= STOLEN) {
      return Optional.empty();
    }
    try {
      long all = 0;
      for (int i = 1; i <= COUNTED; i++) {
        all += Long.parseLong(words[i]);
      }
      return Optional.of(new CpuTimes(all, Long.parseLong(words[STOLEN])));
    } catch (NumberFormatException otherwise) {
      return Optional.empty();
    }
  }

  /** The share of the processors' time that was stolen since then. */
  double stolenShareSince(CpuTimes before) {
    return (stolen - before.stolen) / (double) Math.max(1, all - before.all);
  }
}
