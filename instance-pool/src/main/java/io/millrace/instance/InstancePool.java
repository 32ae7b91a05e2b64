package io.millrace.instance;

import io.millrace.instance.IdleInstances.Idle;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceArena;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.ClaimArena;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestListener;
import io.millrace.pipeline.spi.GuestSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Instances of one module for any number of workers. Safe for use by several threads.
 *
 * <p>Lazy: nothing is read, compiled or built before a worker first needs a guest, or {@link #load}
 * or {@link #warmUp} is subscribed to. The module is compiled once. The first instance runs the
 * guest's own start; later ones begin with the state that it had then. A worker keeps its instance
 * until it traps, is interrupted or exits, or until the {@link RetirePolicy} wants another; what
 * one invocation leaves to the next is the {@link ResetPolicy}'s to say.
 *
 * <pre>{@code
 * try (InstancePool sdk = InstancePool.builder(module).maximumInstances(8).build()) {
 *   sdk.warmUp(1).block();
 *   long built = sdk.metrics().instancesCreated();
 * }
 * }</pre>
 */
public final class InstancePool implements GuestSource, AutoCloseable {

  private static final System.Logger LOGGER = System.getLogger(InstancePool.class.getName());

  private final PoolModule module;
  private final GuestMemories memories;
  private final GuestFactory factory;
  private final LiveInstances instances;
  private final ResetPolicy resetPolicy;
  private final RetirePolicy retirePolicy;
  private final int spares;
  private final Duration startTimeout;
  private final IdleInstances idle = new IdleInstances();
  private final SpareBuilds spareBuilds = new SpareBuilds();
  private final Resets resets;
  private final SharedClaims claims;

  InstancePool(InstancePoolBuilder builder) {
    ModuleCache cache = builder.cache == null ? ModuleCache.create() : builder.cache;
    resets = new Resets(builder.source.name(), builder.verifyResetsEvery);
    memories =
        new GuestMemories(
            builder.memoryKind(),
            builder.maximumPages,
            new PageBudget(builder.memoryBudgetPages),
            resets);
    module = new PoolModule(builder, cache, memories.kind());
    resetPolicy = builder.resetPolicy;
    retirePolicy = builder.retirePolicy;
    spares = builder.spares;
    startTimeout = builder.startTimeout;
    factory = new GuestFactory(builder, memories);
    claims = new SharedClaims(this, builder);
    instances = new LiveInstances(module, factory, builder.maximumInstances);
  }

  /** Starts the description of a pool over the module of {@code source}. */
  public static InstancePoolBuilder builder(ModuleSource source) {
    return new InstancePoolBuilder(source);
  }

  /**
   * Reads, checks and compiles the module now, so that a bad one is found before the first
   * invocation. Runs on Reactor's bounded elastic scheduler. Errors with {@link
   * WorkerException.ModuleRejected} or {@link WorkerException.CapabilityDenied}.
   */
  public Mono<ModuleReport> load() {
    return Mono.fromCallable(() -> module.get().report()).subscribeOn(Schedulers.boundedElastic());
  }

  /**
   * Builds instances until {@code instances} wait unused, so that as many workers find theirs
   * ready. Runs on Reactor's bounded elastic scheduler. Errors as {@link #load} does, with {@link
   * WorkerException.PoolExhausted} over the pool's limits, and with {@link
   * WorkerException.PoolClosed}.
   */
  public Mono<Void> warmUp(int instances) {
    return Mono.<Void>fromRunnable(
            () -> {
              while (idle.unused() < instances) {
                if (!keep(new Idle(build(), null, true))) {
                  throw closed();
                }
              }
            })
        .subscribeOn(Schedulers.boundedElastic());
  }

  /**
   * Lends slices of the one memory that this pool's instances share, for {@link
   * io.millrace.pipeline.Payload#shared} and {@link io.millrace.pipeline.Payload#transferred}. The
   * arena's block comes from the guest's own allocator and stays taken until the pool is closed.
   * Several threads may use the arena. Runs on Reactor's bounded elastic scheduler.
   *
   * <p>Errors with {@link WorkerException.CapabilityDenied} when instances have memories of their
   * own or another tenant's data is in the memory, with {@link WorkerException.PayloadTooLarge}
   * when the guest has no such block, and with {@link WorkerException.PoolExhausted} and {@link
   * WorkerException.PoolClosed}.
   *
   * @param tenant whose memory it is from now on; {@code null} is the one anonymous tenant
   */
  public Mono<SliceArena> sharedArena(@Nullable String tenant, int bytes) {
    return Mono.<SliceArena>fromCallable(
            () -> {
              memories.requireShared(module.name());
              requireOpen();
              admit(tenant);
              return withInstance(tenant, instance -> instance.arena(bytes));
            })
        .subscribeOn(Schedulers.boundedElastic());
  }

  /** Where the instances share one memory: {@link InstancePoolBuilder#claimArenaBytes}. */
  @Override
  public @Nullable Mono<ClaimArena> claimArena(@Nullable String tenant) {
    return sharesMemory() ? claims.arena(tenant) : null;
  }

  @Override
  public boolean canReach(Slice slice) {
    return memories.canReach(slice);
  }

  @Override
  public GuestLease lease() {
    return lease(reason -> {});
  }

  @Override
  public GuestLease lease(GuestListener listener) {
    requireOpen();
    return new InstanceLease(this, resetPolicy, listener);
  }

  /** What became of the snapshot that later instances start from; empty before the first. */
  public Optional<SnapshotReport> snapshot() {
    return factory.report();
  }

  /** Counts so far. */
  public InstancePoolMetrics metrics() {
    return new InstancePoolMetrics(
        module.cache().compiles(),
        module.hits(),
        instances.created(),
        instances.retired(),
        instances.live(),
        memories.budget().taken(),
        resets.done(),
        resets.verified(),
        resets.differences());
  }

  /**
   * Drops the idle instances; leases that are out end with their workers. Harmless when repeated.
   */
  @Override
  public void close() {
    idle.close().forEach(each -> instances.discard(each.instance()));
    memories.close();
    claims.close();
  }

  /** Lets a tenant's invocations run on this pool's memory, or throws CapabilityDenied. */
  void admit(@Nullable String tenant) {
    memories.admit(module.name(), tenant);
  }

  /** An instance for one tenant's invocations: an idle one, reset if need be, or a new one. */
  GuestInstance obtain(@Nullable String tenant) {
    while (true) {
      long ended = spareBuilds.ended();
      GuestInstance ready = takeIdle(tenant);
      if (ready != null && isSuperseded(ready)) {
        ready = moved(ready);
      }
      if (ready != null) {
        return ready;
      }
      try {
        return build();
      } catch (WorkerException.PoolExhausted full) {
        // A spare may have the last place: then it is this caller's.
        if (!awaitSpare(ended)) {
          throw full;
        }
      }
    }
  }

  private GuestInstance build() {
    while (true) {
      GuestInstance built;
      try {
        built = instances.build();
      } catch (WorkerException.PoolExhausted full) {
        throw full;
      } catch (WorkerException failed) {
        claims.fail(failed);
        throw failed;
      }
      if (sharesMemory()) {
        claims.built(built, instances.isFull());
      }
      if (built.usable()) {
        return built;
      }
      retire(built); // by a trap in its allocator; that was remembered, and is not asked again
    }
  }

  private boolean sharesMemory() {
    return memories.kind() == MemoryKind.SHARED;
  }

  private @Nullable GuestInstance takeIdle(@Nullable String tenant) {
    for (Idle each = idle.takeFor(tenant); each != null; each = idle.takeFor(tenant)) {
      GuestInstance instance = each.instance();
      boolean ready =
          each.unused()
              || resetPolicy == ResetPolicy.KEEP_STATE
              || each.servedOnly(tenant)
              || (resetPolicy.resets() && resets.reset(instance));
      if (ready && !retirePolicy.isTooOld(instance)) {
        return instance;
      }
      retire(instance);
    }
    return null;
  }

  private boolean awaitSpare(long ended) {
    try {
      return spareBuilds.awaitEnd(ended);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new WorkerException.WorkerTerminated(
          "the worker was stopped while it waited for an instance of " + module.name(), stop);
    }
  }

  /** Whether the module was interpreted when this instance was built, and is compiled now. */
  boolean isSuperseded(GuestInstance instance) {
    return module.supersedes(instance.module());
  }

  /**
   * An instance of the compiled module in the same state, for one of the interpreted module, which
   * is given up; null where it cannot be moved.
   */
  @Nullable GuestInstance moved(GuestInstance instance) {
    GuestInstance moved = instances.moved(instance);
    if (moved == null) {
      retire(instance);
    }
    return moved;
  }

  /** Why the instance is to be replaced although it works; null while it is not. */
  @Nullable String reasonToRetire(GuestInstance instance) {
    return retirePolicy.reason(instance);
  }

  /** Brings an instance back to its state; answers whether it may serve another tenant now. */
  boolean reset(GuestInstance instance) {
    return resets.reset(instance);
  }

  /** Gives an instance up, and has another built ahead. */
  void retire(GuestInstance instance) {
    instances.retire(instance);
    if (!idle.isClosed() && spareBuilds.tryPlan(idle.unused(), spares)) {
      try {
        Schedulers.boundedElastic().schedule(this::buildSpare);
      } catch (RejectedExecutionException shutDown) {
        spareBuilds.cancel();
      }
    }
  }

  void giveBack(GuestInstance instance, @Nullable String tenant) {
    if (!instance.usable()
        || instance.isBusy()
        || reasonToRetire(instance) != null
        || !resetPolicy.reusesAcrossTenants()) {
      retire(instance);
    } else {
      keep(new Idle(instance, tenant, false));
    }
  }

  private void buildSpare() {
    spareBuilds.begin();
    try {
      keep(new Idle(build(), null, true));
    } catch (WorkerException tooMany) {
      // Whoever needs an instance next builds it, and learns why it cannot be built.
      LOGGER.log(System.Logger.Level.DEBUG, "no spare instance", tooMany);
    } finally {
      spareBuilds.end();
    }
  }

  /** Asks something of an instance that runs nothing meanwhile; within the time of a start. */
  <T> T withInstance(@Nullable String tenant, Function<GuestInstance, T> question) {
    GuestInstance instance = obtain(tenant);
    try {
      return ask(instance, question);
    } finally {
      giveBack(instance, tenant);
    }
  }

  /** The same of one that nobody else has. */
  <T> T ask(GuestInstance instance, Function<GuestInstance, T> question) {
    return StartWatch.within(startTimeout, module.name(), () -> question.apply(instance));
  }

  private boolean keep(Idle instance) {
    boolean kept = idle.tryAdd(instance);
    if (!kept) {
      instances.discard(instance.instance());
    }
    return kept;
  }

  void requireOpen() {
    if (isClosed()) {
      throw closed();
    }
  }

  boolean isClosed() {
    return idle.isClosed();
  }

  WorkerException closed() {
    return new WorkerException.PoolClosed("instance pool of " + module.name());
  }
}
