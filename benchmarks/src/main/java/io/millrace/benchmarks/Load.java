package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import java.util.List;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;

/** A number of invocations that are run together, as fast as they go. */
interface Load {

  /** How many. */
  int invocations();

  /** Runs them all; returns when the last has its reply. */
  void run() throws Exception;

  /** Each of {@code all} once, in their order and in one stream. */
  static Load stream(WorkerPool pool, List<Invocation> all) {
    return stream(pool, all, all.size());
  }

  private static Load stream(WorkerPool pool, Iterable<Invocation> all, int invocations) {
    return of(invocations, () -> pool.invokeAll(Flux.fromIterable(all)));
  }

  /** Whatever {@code replies} answers, which has to be one element for each invocation. */
  static Load of(int invocations, Supplier<Flux<?>> replies) {
    return new Load() {
      @Override
      public int invocations() {
        return invocations;
      }

      @Override
      public void run() {
        Long count = replies.get().count().block();
        if (count == null || count != invocations) {
          throw new IllegalStateException(count + " replies to " + invocations + " invocations");
        }
      }
    };
  }

  /** The same invocation many times: they cost no memory, and giving them out no garbage. */
  static Load stream(WorkerPool pool, Invocation invocation, int invocations) {
    return stream(pool, new Copies<>(invocation, invocations), invocations);
  }
}
