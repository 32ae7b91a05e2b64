package io.millrace.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;

/**
 * What {@code --json} writes, its components in this order.
 *
 * @param invocations records or requests that came to an end
 * @param replies those answered with bytes
 * @param errors those without an answer
 * @param mismatches answers that differ from the ones that were expected
 * @param perSecond invocations in a second, from the first request to the last reply
 * @param wallMillis first request to last reply
 * @param service guest running
 * @param sojourn submission to reply
 * @param workers threads, each with one instance at a time
 * @param compiles modules compiled
 * @param instancesCreated instances that served a call
 * @param cacheHits times that a compiled module was found
 */
record Summary(
    long invocations,
    long replies,
    long errors,
    long mismatches,
    double perSecond,
    long wallMillis,
    Percentiles service,
    Percentiles sojourn,
    int workers,
    long compiles,
    long instancesCreated,
    long cacheHits) {

  /** Half of all took no longer than the first, 99 of 100 no longer than the second. */
  record Percentiles(double p50Micros, double p99Micros) {

    static Percentiles of(Histogram nanos) {
      return new Percentiles(micros(nanos, 50), micros(nanos, 99));
    }

    private static double micros(Histogram nanos, double percentile) {
      return nanos.getValueAtPercentile(percentile) / 1_000.0;
    }
  }

  void writeTo(Path file) {
    try {
      String json = new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(this);
      Files.write(file, (json + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "--json " + file + ": cannot be written: " + ErrorLine.oneLine(e), e);
    }
  }
}
