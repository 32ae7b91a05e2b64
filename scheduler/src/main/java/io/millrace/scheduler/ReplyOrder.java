package io.millrace.scheduler;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which reply of a stream comes next. Methods are for the one thread inside the stream's drain
 * where they do not say otherwise.
 */
interface ReplyOrder {

  /** Any thread: the task has its reply, which a drain that begins from now on finds. */
  void answered(StreamTask task);

  /**
   * Submission only: the task leaves the arrivals for the pool. Answers whether it is still to be
   * answered: its deadline may have passed while it waited there.
   *
   * @param arrival its place among the arrivals
   */
  boolean submitted(StreamTask task, int arrival);

  /** Any thread: arrivals before this one were answered, also those that never came to the pool. */
  long answeredBefore();

  /**
   * The next task if it has its reply, which is thereby counted as emitted and forgotten; null also
   * for one that is left to the worker that has brought it: that is going to drain.
   */
  @Nullable StreamTask next();

  /** Submission only: all that have arrived or were submitted and are not answered. */
  void forEach(Consumer<StreamTask> action);
}
