package io.millrace.scheduler;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * What the runs of one slot took. Recorded by its worker; collected by one thread at a time.
 *
 * <p>To record costs some 20 ns, which is too much for each run of an empty guest. So of short runs
 * one in {@link #MEAN_GAP} stands for all since the last one; which one is left to chance, since
 * runs may alternate.
 */
final class RunTimes extends Padded {

  private static final long SHORT_NANOS = 50_000;
  private static final int MEAN_GAP = 32;

  /** Two significant digits. */
  static final int DIGITS = 2;

  private final SingleWriterRecorder service = new SingleWriterRecorder(DIGITS);
  private final SingleWriterRecorder sojourn = new SingleWriterRecorder(DIGITS);
  private @Nullable Histogram lastService;
  private @Nullable Histogram lastSojourn;
  private int shortRuns;
  private int gap = 1;
  private int chance = 1;

  /** The worker only. */
  void ran(long serviceNanos, long sojournNanos) {
    if (serviceNanos >= SHORT_NANOS) {
      record(serviceNanos, sojournNanos, 1);
    } else if (++shortRuns >= gap) {
      record(serviceNanos, sojournNanos, shortRuns);
      shortRuns = 0;
      chance = chance * 1_664_525 + 1_013_904_223; // a linear congruential generator
      gap = 1 + (chance >>> 16) % (2 * MEAN_GAP - 1);
    }
  }

  private void record(long serviceNanos, long sojournNanos, int count) {
    service.recordValueWithCount(Math.max(0, serviceNanos), count);
    sojourn.recordValueWithCount(Math.max(0, sojournNanos), count);
  }

  /** Adds what was recorded since the last call. */
  void collect(Histogram services, Histogram sojourns) {
    Histogram someServices = service.getIntervalHistogram(lastService);
    Histogram someSojourns = sojourn.getIntervalHistogram(lastSojourn);
    services.add(someServices);
    sojourns.add(someSojourns);
    lastService = someServices; // to be filled again
    lastSojourn = someSojourns;
  }
}
