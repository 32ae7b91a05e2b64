package io.millrace.instance;

import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.ClaimArena;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The block for claims in the one memory that a pool's instances share: taken from the guest's
 * allocator once, with the first claim. Several threads.
 *
 * <p>To ask the guest takes an instance that runs nothing; the first claim builds one if it may.
 * Where workers have all that there may be, they may keep them and run nothing: so whoever builds
 * the last one takes the block ahead. A claim that comes while that one is being built waits.
 *
 * <pre>
 *   first claim:  wanted = its future -> ask an instance, if there is one -> arena there? answer
 *   an instance:  take the block -> arena = .. -> wanted? answer
 * </pre>
 *
 * <p>Each of the two writes its own and then looks at the other's, so one of them answers; the
 * future takes one answer. {@code taking} lets one instance at a time take a block.
 */
final class SharedClaims {

  private final InstancePool pool;
  private final int bytes;
  private final int payloadLimitBytes;
  private final AtomicBoolean taking = new AtomicBoolean();
  private volatile @Nullable ClaimArena arena;
  private volatile @Nullable CompletableFuture<ClaimArena> wanted;

  /** Why the last instance that was asked gave none. */
  private volatile @Nullable WorkerException refusal;

  /** Whose memory it is, which the pool has seen to before; so each writes the same. */
  private volatile @Nullable String tenant;

  /**
   * One attempt at a time for all claims that come meanwhile; one that fails is made again by the
   * next claim.
   */
  private final Mono<ClaimArena> first =
      Mono.defer(this::make)
          .subscribeOn(Schedulers.boundedElastic())
          .cacheInvalidateIf(present -> false);

  SharedClaims(InstancePool pool, InstancePoolBuilder builder) {
    this.pool = pool;
    this.bytes = builder.claimArenaBytes;
    this.payloadLimitBytes = builder.payloadLimitBytes;
  }

  Mono<ClaimArena> arena(@Nullable String claimant) {
    return Mono.defer(
        () -> {
          pool.requireOpen();
          pool.admit(claimant);
          ClaimArena present = arena;
          if (present != null) {
            return Mono.just(present);
          }
          tenant = claimant;
          // Each on a thread of its own: a claimant that blocks holds up no other.
          return first.publishOn(Schedulers.boundedElastic());
        });
  }

  private Mono<ClaimArena> make() {
    CompletableFuture<ClaimArena> mine = new CompletableFuture<>();
    wanted = mine;
    try {
      pool.withInstance(tenant, this::take);
    } catch (WorkerException.PoolExhausted full) {
      WorkerException before = refusal;
      if (before != null) {
        mine.completeExceptionally(before); // the last was asked, and said that
      }
    } catch (WorkerException none) {
      mine.completeExceptionally(none);
    }
    answer();
    if (pool.isClosed()) {
      close();
    }
    return Mono.fromFuture(mine, true);
  }

  /**
   * On the thread that built the instance, which runs nothing yet. If it fails at this it is not
   * usable afterwards.
   *
   * @param last whether there may be no other one
   */
  void built(GuestInstance instance, boolean last) {
    CompletableFuture<ClaimArena> waits = wanted;
    boolean waited = waits != null && !waits.isDone();
    if (arena == null && (waited || (last && refusal == null))) {
      try {
        pool.ask(instance, this::take);
      } catch (WorkerException.ModuleRejected tooLong) {
        refused(tooLong);
      }
    }
  }

  /** Fails a claim that waits: the instance that it waits for could not be built, say. */
  void fail(WorkerException why) {
    CompletableFuture<ClaimArena> waits = wanted;
    if (waits != null) {
      waits.completeExceptionally(why);
    }
  }

  /** Answers whether the arena is there. */
  private boolean take(GuestInstance instance) {
    if (arena == null && taking.compareAndSet(false, true)) {
      WorkerException why = null;
      try {
        if (arena == null) {
          arena = instance.claimArena(bytes + ClaimArena.MARGIN_BYTES, payloadLimitBytes);
        }
      } catch (WorkerException none) {
        why = none;
      } finally {
        taking.set(false); // first: who finds it set leaves its answer to this caller
      }
      if (why != null) {
        refused(why);
      }
    }
    return answer();
  }

  private void refused(WorkerException why) {
    refusal = why;
    fail(why);
  }

  private boolean answer() {
    ClaimArena present = arena;
    CompletableFuture<ClaimArena> waits = wanted;
    if (present != null && waits != null) {
      waits.complete(present);
    }
    return present != null;
  }

  /** The pool was closed: no instance comes by any more. */
  void close() {
    fail(pool.closed());
  }
}
