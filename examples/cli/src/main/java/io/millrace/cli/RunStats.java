package io.millrace.cli;

import io.millrace.instance.InstancePoolMetrics;
import io.millrace.pipeline.Reply;
import org.HdrHistogram.Histogram;

/** What one run did. Counted on one thread; the start may be marked by another. */
final class RunStats {

  private static final int DIGITS = 3;

  private final Histogram serviceNanos = new Histogram(DIGITS);
  private final Histogram sojournNanos = new Histogram(DIGITS);
  private long begun;
  private long refused;
  private long replies;
  private long errors;
  private long mismatches;
  private volatile long startNanos;
  private volatile boolean started;
  private long endNanos;

  /** Counts a request, and marks the first. Requesting thread only; read when all has ended. */
  void started() {
    begun++;
    if (!started) {
      startNanos = System.nanoTime();
      started = true;
    }
  }

  void completed(Reply reply) {
    replies++;
    record(reply);
  }

  /** An invocation that has no answer. */
  void failed(Reply reply) {
    errors++;
    record(reply);
  }

  /** A record that never became an invocation. */
  void refused() {
    refused++;
    errors++;
  }

  void mismatched() {
    mismatches++;
  }

  /** Marks the last reply. */
  void ended() {
    endNanos = System.nanoTime();
  }

  long answered() {
    return replies + errors;
  }

  boolean allWell() {
    return errors == 0 && mismatches == 0 && invocations() == answered();
  }

  /** What was asked, counted apart from what was answered: so a lost one would show. */
  private long invocations() {
    return begun + refused;
  }

  private void record(Reply reply) {
    serviceNanos.recordValue(Math.max(0, reply.serviceNanos()));
    sojournNanos.recordValue(Math.max(0, reply.sojournNanos()));
  }

  Summary summary(int workers, InstancePoolMetrics guests) {
    long wallNanos = started ? Math.max(1, endNanos - startNanos) : 0;
    double perSecond = wallNanos == 0 ? 0 : answered() * 1e9 / wallNanos;
    return new Summary(
        invocations(),
        replies,
        errors,
        mismatches,
        Math.round(perSecond * 10) / 10.0,
        Math.round(wallNanos / 1e6),
        Summary.Percentiles.of(serviceNanos),
        Summary.Percentiles.of(sojournNanos),
        workers,
        guests.compiles(),
        guests.instancesCreated(),
        guests.cacheHits());
  }
}
