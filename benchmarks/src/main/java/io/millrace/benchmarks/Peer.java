package io.millrace.benchmarks;

import org.HdrHistogram.Histogram;

/** One way to bring calls to a guest and their replies back, ready to be measured. */
interface Peer extends AutoCloseable {

  /** The longest time that is told apart. */
  long HIGHEST_NANOS = 60_000_000_000L;

  /**
   * Makes {@code calls} calls, {@code inFlight} of them under way at a time, as fast as they go.
   * Those that fail are counted apart, and in no time.
   *
   * @param timed whether each call's time from being sent to its reply is recorded, which costs two
   *     looks at the clock a call
   */
  Round run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception;

  @Override
  void close();

  /**
   * What one run gave.
   *
   * @param nanos that it took in all
   * @param p50Nanos of a call; 0 when they were not timed
   * @param p99Nanos of a call; 0 when they were not timed
   * @param meanNanos of a call; 0 when they were not timed
   * @param failed calls that ended otherwise than by a reply
   */
  record Round(long nanos, long p50Nanos, long p99Nanos, double meanNanos, long failed) {

    /** Calls that were under way on average, by Little's law. */
    double inFlight(int calls) {
      return calls * meanNanos / nanos;
    }

    static Round of(long nanos, long failed, Histogram... sojourns) {
      Histogram all = histogram();
      for (Histogram each : sojourns) {
        all.add(each);
      }
      return all.getTotalCount() == 0
          ? new Round(nanos, 0, 0, 0, failed)
          : new Round(
              nanos,
              all.getValueAtPercentile(50),
              all.getValueAtPercentile(99),
              all.getMean(),
              failed);
    }
  }

  /** For times of calls. */
  static Histogram histogram() {
    return new Histogram(HIGHEST_NANOS, 3);
  }
}
