package io.millrace.benchmarks;

import java.time.Duration;
import org.HdrHistogram.Histogram;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One way to bring calls to a guest and their replies back, ready to be measured. */
interface Peer extends AutoCloseable {

  /** The longest time that is told apart. */
  long HIGHEST_NANOS = 60_000_000_000L;

  /** Whoever does not end a run within this is not waited for any longer. */
  Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Makes {@code calls} calls, {@code inFlight} of them under way at a time, as fast as they go.
   * Those that fail are counted apart, and in no time.
   *
   * @param timed whether each call's time from being sent to its reply is recorded, which costs two
   *     looks at the clock a call
   * @throws Exception that names the peer, when it breaks down or does not end in time
   */
  PeerRound run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception;

  @Override
  void close();

  /**
   * Counts what a peer's stream brings.
   *
   * @throws IllegalStateException naming the peer and the limit, when that does not end in time; it
   *     is cancelled then
   */
  static long count(String name, Flux<?> replies, Duration limit) {
    Long count = replies.count().timeout(limit, Mono.error(() -> late(name, limit))).block();
    return count == null ? 0 : count;
  }

  /** What is said of a peer that does not end. */
  static IllegalStateException late(String name, Duration limit) {
    return new IllegalStateException(name + " did not end within " + limit.toSeconds() + " s");
  }

  /** For times of calls. */
  static Histogram histogram() {
    return new Histogram(HIGHEST_NANOS, 3);
  }
}
