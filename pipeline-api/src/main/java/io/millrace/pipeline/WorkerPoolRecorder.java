package io.millrace.pipeline;

/**
 * Told of each thing that happens in a pool, as it happens: the push side of {@link
 * WorkerPoolMetrics}. Methods are called by several threads, most often by workers between two
 * invocations: so they should be quick. What they throw is logged, and harms nobody.
 */
public interface WorkerPoolRecorder {

  /** Wants to know nothing. */
  WorkerPoolRecorder NONE = new WorkerPoolRecorder() {};

  /**
   * A guest has ended an invocation by itself, with a reply or a failure. On the worker's thread;
   * the caller may know already.
   */
  default void ended(Reply reply, InvocationCost cost) {}

  /**
   * An invocation failed otherwise: it never began, or it was stopped while it ran. Any thread.
   *
   * @param reply its times, and the failure
   */
  default void failed(Reply.Failed reply) {}

  /** A subscriber gave an invocation up. Any thread. */
  default void cancelled(Invocation invocation) {}

  /** Something out of the ordinary. Any thread. */
  default void event(WorkerEvent event) {}
}
