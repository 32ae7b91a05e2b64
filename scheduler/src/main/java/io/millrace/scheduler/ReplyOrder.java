package io.millrace.scheduler;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which reply of a stream comes next. Methods are for the one thread inside the stream's drain
 * where they do not say otherwise.
 */
abstract class ReplyOrder extends Padded {

  /**
   * Any thread: the task has its reply. Answers whether the stream has to be drained now; if not,
   * whoever brings an earlier reply does it.
   */
  abstract boolean answered(StreamTask task);

  /**
   * Submission only: the task leaves the arrivals for the pool. Answers whether it is still to be
   * answered: its deadline may have passed while it waited there.
   *
   * @param arrival its place among the arrivals
   */
  abstract boolean submitted(StreamTask task, int arrival);

  /** Any thread: arrivals before this one were answered, also those that never came to the pool. */
  abstract long answeredBefore();

  /**
   * The next task that has its reply, and is thereby counted as emitted and forgotten.
   *
   * @param submitted arrivals before this one were given to the pool
   */
  abstract @Nullable StreamTask next(long submitted);

  /**
   * What one look at a stream has found.
   *
   * @param awaited changes when the stream goes on
   * @param waitsAhead whether replies may be there that wait for a later one: look again
   * @param anyDrains whether it stood still, so that any reply drains it now: look again soon
   * @param isHeldUp whether they have waited for long, and no worker has brought any reply since
   */
  record Look(long awaited, boolean waitsAhead, boolean anyDrains, boolean isHeldUp) {

    static final Look NOTHING = new Look(0, false, false, false);
  }

  /** Watchdog only: lets any reply drain when the stream has not gone on since the last look. */
  Look look(Look last) {
    return Look.NOTHING;
  }

  /** The next replies are to be given out one by one. */
  void hurry() {}

  /** Submission only: all that have arrived or were submitted and are not answered. */
  abstract void forEach(Consumer<StreamTask> action);
}
