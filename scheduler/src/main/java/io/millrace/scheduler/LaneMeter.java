package io.millrace.scheduler;

import org.jspecify.annotations.Nullable;

/**
 * Tells lanes what one worker's runs took, several short ones at once: workers that told the same
 * lane of each run would take its line from each other each time. Its worker only.
 */
final class LaneMeter extends Padded {

  private static final int MOST_RUNS = 16;
  private static final long MOST_NANOS = 100_000;

  private @Nullable Lane lane;
  private int runs;
  private long nanos;

  void ran(@Nullable Lane now, long serviceNanos) {
    if (now != lane) {
      tell();
      lane = now;
    }
    runs++;
    nanos += serviceNanos;
    if (runs == MOST_RUNS || nanos > MOST_NANOS) {
      tell();
    }
  }

  /** What it has kept back. */
  void tell() {
    if (lane != null && runs > 0) {
      lane.took(runs, nanos);
    }
    runs = 0;
    nanos = 0;
  }
}
