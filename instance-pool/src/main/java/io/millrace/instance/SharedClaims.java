package io.millrace.instance;

import io.millrace.memory.SizeClassArena;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.ClaimArena;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The block for claims in the one memory that a pool's instances share: taken from the guest's
 * allocator with the first claim, once. Several threads.
 */
final class SharedClaims {

  private final InstancePool pool;
  private final int bytes;
  private final int payloadLimitBytes;

  /** Whose memory it is, which the pool has seen to before; so each writes the same. */
  private volatile @Nullable String tenant;

  /** An arena that could not be had is tried again by the next claim. */
  private final Mono<ClaimArena> arena =
      Mono.fromCallable(this::make)
          .subscribeOn(Schedulers.boundedElastic())
          .cacheInvalidateIf(present -> false);

  SharedClaims(InstancePool pool, int bytes, int payloadLimitBytes) {
    this.pool = pool;
    this.bytes = bytes;
    this.payloadLimitBytes = payloadLimitBytes;
  }

  Mono<ClaimArena> arena(@Nullable String claimant) {
    return Mono.defer(
        () -> {
          pool.requireOpen();
          pool.admit(claimant);
          tenant = claimant;
          return arena;
        });
  }

  private ClaimArena make() {
    // A block may begin anywhere: with a granule more there is room for all of the bytes.
    int block = bytes + SizeClassArena.GRANULE_BYTES;
    return pool.withInstance(
        tenant,
        instance -> {
          if (!instance.takesSlices()) {
            throw new WorkerException.AbiMismatch(
                "the guest takes payloads in blocks of its own only, by its ABI, and so no claims "
                    + "on shared memory: copy the payload");
          }
          return instance.claimArena(block, payloadLimitBytes);
        });
  }
}
