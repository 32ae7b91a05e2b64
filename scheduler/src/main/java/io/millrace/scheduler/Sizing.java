package io.millrace.scheduler;

/** How many workers a pool has, between its least and its greatest number. */
public enum Sizing {

  /**
   * One more as soon as more waits than workers are free; one that had nothing to do for the
   * keep-alive time ends.
   */
  BY_BACKLOG,

  /**
   * The same, but not beyond what the pool itself suggests, looked at each second: {@link
   * io.millrace.pipeline.WorkerPoolLoad#suggestedWorkers}, which is at most the machine's cores.
   * Workers that are too many end when they have run what they were handed. Until a first
   * invocation was measured nothing is suggested. A worker that keys are bound to is started in any
   * case, and goes as with {@link #BY_BACKLOG}.
   */
  BY_LOAD
}
