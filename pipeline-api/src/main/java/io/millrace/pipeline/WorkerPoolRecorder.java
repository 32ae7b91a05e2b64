package io.millrace.pipeline;

import reactor.util.context.ContextView;

/**
 * Told of each thing that happens in a pool, as it happens: the push side of {@link
 * WorkerPoolMetrics}. Methods are called by several threads, most often by workers between two
 * invocations: so they should be quick. What they throw is logged, and harms nobody.
 *
 * <pre>{@code
 * WorkerPoolRecorder recorder = new WorkerPoolRecorder() {
 *   public void ended(Reply reply, InvocationCost cost) {
 *     System.out.println(reply.invocation().function() + ": " + reply.serviceNanos() + " ns");
 *   }
 * };
 * try (WorkerPool told = WorkerPools.over(guests).recorder(recorder).build()) {
 *   told.invoke(Invocation.of("sha256", "abc")).block();
 * }
 * }</pre>
 */
public interface WorkerPoolRecorder {

  /** Wants to know nothing. */
  WorkerPoolRecorder NONE = new WorkerPoolRecorder() {};

  /**
   * An invocation comes by itself: by {@link WorkerPool#invoke}, {@link WorkerPool#stream}, a port
   * or a claim on shared memory. Before anything else is told of it, on the thread that submits it.
   * Those of {@code invokeAll} come without: there may be millions.
   *
   * @param invocation the very one that is told of later
   * @param context of its subscriber; for a port's message that of {@link MessagePort#post(Payload,
   *     ContextView)}
   */
  default void submitted(Invocation invocation, ContextView context) {}

  /**
   * A guest has ended an invocation by itself, with a reply or a failure. On the worker's thread;
   * the caller may know already.
   */
  default void ended(Reply reply, InvocationCost cost) {}

  /**
   * An invocation failed otherwise: it never began, or it was stopped while it ran. Any thread.
   *
   * @param reply its times until then, and the failure
   */
  default void failed(Reply.Failed reply) {}

  /** A subscriber gave an invocation up, before it began or while it ran. Any thread. */
  default void cancelled(Invocation invocation) {}

  /**
   * A guest that was stopped while it ran has returned: what its run has cost after all. On the
   * worker's thread; {@link #failed} or {@link #cancelled} is told of the same invocation as well,
   * mostly before. Never called for a guest that never returns.
   *
   * @param serviceNanos how long the guest ran in all
   */
  default void stopped(Invocation invocation, long serviceNanos, InvocationCost cost) {}

  /** Something out of the ordinary. Any thread. */
  default void event(WorkerEvent event) {}

  /**
   * This one and {@code next}, as a pool has one recorder: each is told of everything, this one
   * first, whatever it throws.
   *
   * <pre>{@code
   * TenantCosts costs = new TenantCosts();
   * WorkerPoolRecorder log = new WorkerPoolRecorder() {
   *   public void event(WorkerEvent event) {
   *     System.out.println(event);
   *   }
   * };
   * try (WorkerPool told = WorkerPools.over(guests).recorder(costs.and(log)).build()) {
   *   told.invoke(Invocation.of("sha256", "abc")).block();
   * }
   * }</pre>
   */
  default WorkerPoolRecorder and(WorkerPoolRecorder next) {
    return new BothRecorders(this, next);
  }
}
