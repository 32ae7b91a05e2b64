package io.millrace.pipeline;

/**
 * How loaded a pool was of late, over the last 10 to 20 seconds if it is asked at least that often,
 * else since the last question but one.
 *
 * @param arrivalsPerSecond invocations that came, those that were rejected among them
 * @param utilisation share of the live workers' time that guests ran; 0 to 1
 * @param offeredLoad arrivals times mean service time: how many workers would be busy all the time,
 *     in Erlang
 * @param waiting invocations accepted and not begun, now
 * @param service how long guests ran
 * @param sojourn from submission to reply
 * @param suggestedWorkers how many workers would serve this with little waiting: the offered load
 *     and its square root (the square-root staffing rule of Halfin and Whitt, 1981), at least 1 and
 *     at most the machine's cores, since guests compute. For guests that wait for something else go
 *     by {@code offeredLoad}
 */
public record WorkerPoolLoad(
    double arrivalsPerSecond,
    double utilisation,
    double offeredLoad,
    int waiting,
    Times service,
    Times sojourn,
    int suggestedWorkers) {

  /**
   * How some durations were distributed, within 1 per cent. Of runs below 5 us one in some 32 is
   * looked at and stands for all.
   *
   * @param count how many
   * @param meanNanos their mean; 0 when there are none
   * @param p50Nanos half of them were no longer
   * @param p90Nanos nine in ten were no longer
   * @param p99Nanos 99 in a hundred were no longer
   * @param maxNanos the longest that was looked at
   */
  public record Times(
      long count, double meanNanos, long p50Nanos, long p90Nanos, long p99Nanos, long maxNanos) {}
}
