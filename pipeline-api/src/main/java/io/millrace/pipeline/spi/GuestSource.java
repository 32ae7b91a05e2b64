package io.millrace.pipeline.spi;

import io.millrace.memory.Slice;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Where workers get their guests from. Safe for use by several threads. */
public interface GuestSource {

  /**
   * Leases one guest's place to a worker. Cheap: nothing is read or built before the lease's first
   * {@link GuestLease#guest} call.
   *
   * @throws io.millrace.pipeline.WorkerException.PoolClosed when the source was closed
   */
  GuestLease lease();

  /** The same, with somebody who wants to know what becomes of the guests. */
  default GuestLease lease(GuestListener listener) {
    return lease();
  }

  /**
   * Where claims get their slices if all guests have one memory in common; {@code null} where each
   * has its own, and so a claim has to have the guest, too. Nothing is read or built before the
   * Mono is subscribed to; once the arena is there, it is signalled on the subscriber's thread. It
   * is the same for each subscriber.
   *
   * <p>The Mono errors with a {@link io.millrace.pipeline.WorkerException}, of which {@code
   * CapabilityDenied} means that the memory is another tenant's.
   *
   * @param tenant for whose invocation; {@code null} is the one anonymous tenant
   */
  default @Nullable Mono<ClaimArena> claimArena(@Nullable String tenant) {
    return null;
  }

  /**
   * Whether all guests reach a slice where it lies. Asked on the submitter's thread before a
   * transferred slice leaves its sender, who keeps it if not; so no arena loses one to a guest that
   * can do nothing with it.
   */
  default boolean canReach(Slice slice) {
    return true;
  }
}
