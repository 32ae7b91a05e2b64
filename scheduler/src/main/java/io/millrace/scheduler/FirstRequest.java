package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Of an invocation that comes by itself: it is submitted at its subscriber's first request, the
 * recorder is told of that, and is told of nothing else before. A cancellation that comes while the
 * recorder is being told is the submitter's to carry out.
 *
 * <pre>
 *   NEW --tryTell()--> TELLING --told()--> TOLD        tryCancel(): the canceller cancels it
 *    | tryCancel()        | tryCancel()
 *    +--------------------+--------------> GIVEN_UP    told() tells the submitter
 * </pre>
 *
 * <p>By compare-and-set; any thread.
 */
final class FirstRequest {

  private static final int NEW = 0;
  private static final int TELLING = 1;
  private static final int TOLD = 2;
  private static final int GIVEN_UP = 3;

  private final AtomicInteger state = new AtomicInteger();

  /** Whether this is the first request, and nobody has cancelled. Then {@link #told} follows. */
  boolean tryTell() {
    return state.compareAndSet(NEW, TELLING);
  }

  /** Whether it is to be submitted; else it was given up meanwhile, and this caller cancels it. */
  boolean told() {
    return state.compareAndSet(TELLING, TOLD);
  }

  /** Whether this caller cancels it. Else it is never submitted, or its submitter does. */
  boolean tryCancel() {
    return !state.compareAndSet(NEW, GIVEN_UP)
        && !state.compareAndSet(TELLING, GIVEN_UP)
        && state.get() == TOLD;
  }
}
