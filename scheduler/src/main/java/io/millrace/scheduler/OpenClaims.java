package io.millrace.scheduler;

import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.ClaimArena;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The claims on shared memory that have room in the pool and were not committed yet: dispatch does
 * not know them, so who ends the pool finds them here. All methods: any thread.
 */
final class OpenClaims {

  private final ScheduledWorkerPool pool;
  private final Set<ClaimTask> open = ConcurrentHashMap.newKeySet();

  /** Of the pool's guests, once it was asked for. */
  private volatile @Nullable ClaimArena arena;

  OpenClaims(ScheduledWorkerPool pool) {
    this.pool = pool;
  }

  /** It has room. Whoever ends it meanwhile or afterwards, it does not stay here. */
  void add(ClaimTask claim) {
    open.add(claim);
    pool.platform().interleave();
    if (claim.isDone()) {
      open.remove(claim);
    }
    WorkerException terminated = pool.terminated();
    if (terminated != null) {
      pool.outcomes().tryAnswerWaiting(claim, () -> terminated, false);
    }
  }

  /** It has ended, or dispatch knows it. Harmless when repeated. */
  void remove(ClaimTask claim) {
    open.remove(claim);
  }

  /** The pool was terminated: answers all. */
  void endAll(WorkerException failure) {
    open.forEach(claim -> pool.outcomes().tryAnswerWaiting(claim, () -> failure, true));
  }

  int count() {
    return open.size();
  }

  void knows(ClaimArena arena) {
    this.arena = arena;
  }

  /** Bytes that claimants may still write to, whose claims have ended. */
  long quarantinedBytes() {
    ClaimArena known = arena;
    return known == null ? 0 : known.quarantinedBytes();
  }
}
