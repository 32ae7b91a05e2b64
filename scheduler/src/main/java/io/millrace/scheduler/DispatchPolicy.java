package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import org.jspecify.annotations.Nullable;

/**
 * Which worker runs an invocation. With each of them the invocations of one {@link
 * Invocation#key()} run on one worker, in the order of their submission; and none but these waits
 * while a worker is idle.
 */
public enum DispatchPolicy {

  /** Whichever is free first; of several free ones always the same, so that the others rest. */
  ANY_FREE,

  /**
   * The worker of the invocation's key; of its tenant, where it has no key. Instances are then
   * rarely reset for another tenant, but a tenant has one worker only. Without either: any.
   */
  KEYED,

  /** Of several free ones the one that has worked least: instances age alike. */
  LEAST_LOADED;

  /** What binds the invocation to one worker, if anything. */
  @Nullable String keyOf(Invocation invocation) {
    String key = invocation.key();
    return key != null || this != KEYED ? key : invocation.tenant();
  }
}
