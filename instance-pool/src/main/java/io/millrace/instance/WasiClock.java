package io.millrace.instance;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** The two clocks that a guest gets. */
final class WasiClock {

  static final int REALTIME = 0;
  static final int MONOTONIC = 1;

  /**
   * The monotonic clock counts from here, so that it does not tell how long the host has been up.
   */
  private static final long START_NANOS = System.nanoTime();

  private WasiClock() {}

  static long nanos(int clock) {
    if (clock == MONOTONIC) {
      return System.nanoTime() - START_NANOS;
    }
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }
}
