package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Flux;

/** A number of invocations that are run together, as fast as they go. */
interface Load {

  /** How many. */
  int invocations();

  /** Runs them all; answers the nanoseconds until the last had its reply. */
  long run() throws Exception;

  /** Each of {@code all} once, in their order and in one stream. */
  static Load stream(WorkerPool pool, List<Invocation> all) {
    return stream(pool, all, all.size(), pool::invokeAll, Peer.LIMIT);
  }

  /**
   * A failure comes sooner than a reply: a run with one is none, and ends with an exception. So
   * does one that is not answered within the limit.
   */
  private static Load stream(
      WorkerPool pool,
      Iterable<Invocation> all,
      int invocations,
      Function<Flux<Invocation>, Flux<Reply>> through,
      Duration limit) {
    return new Load() {
      @Override
      public int invocations() {
        return invocations;
      }

      @Override
      public long run() {
        // Asked of the pool, since an operator that looks at each reply would be measured, too.
        long completedBefore = pool.metrics().completed();
        long start = System.nanoTime();
        Flux<Reply> replies = through.apply(Flux.fromIterable(all));
        long count = Peer.count("a stream of " + invocations + " invocations", replies, limit);
        long nanos = System.nanoTime() - start;
        if (count != invocations) {
          throw new IllegalStateException(count + " replies to " + invocations + " invocations");
        }
        long completed = pool.metrics().completed() - completedBefore;
        if (completed != invocations) {
          throw new IllegalStateException(
              (invocations - completed) + " of " + invocations + " invocations failed");
        }
        return nanos;
      }
    };
  }

  /** The same invocation many times: they cost no memory, and giving them out no garbage. */
  static Load stream(WorkerPool pool, Invocation invocation, int invocations) {
    return stream(pool, invocation, invocations, Peer.LIMIT);
  }

  /** The same with another limit of a run than all have. */
  static Load stream(WorkerPool pool, Invocation invocation, int invocations, Duration limit) {
    Copies<Invocation> all = new Copies<>(invocation, invocations);
    return stream(pool, all, invocations, pool::invokeAll, limit);
  }

  /** The same with no more than {@code window} of them under way at a time. */
  static Load stream(WorkerPool pool, Invocation invocation, int invocations, int window) {
    Copies<Invocation> all = new Copies<>(invocation, invocations);
    return stream(pool, all, invocations, sent -> pool.invokeAll(sent, window), Peer.LIMIT);
  }
}
