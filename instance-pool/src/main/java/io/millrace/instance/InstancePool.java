package io.millrace.instance;

import io.millrace.memory.PageLimits;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Instances of one module for any number of workers. Safe for use by several threads.
 *
 * <p>Lazy: nothing is read, compiled or built before a worker first needs a guest, or {@link #load}
 * is subscribed to. The module is compiled once; each worker's instance is built once and reused
 * until it traps, is interrupted or exits, or until an invocation of another tenant comes: then a
 * new one takes its place, so that nothing passes from one tenant to the next.
 */
public final class InstancePool implements GuestSource, AutoCloseable {

  private record Idle(GuestInstance instance, @Nullable String tenant) {}

  private final ModuleSource source;
  private final AbiDescriptor abi = AbiDescriptor.FLAT;
  private final ModuleCache cache;
  private final MemoryKind memoryKind;
  private final int payloadLimitBytes;
  private final int maximumPages;
  private final ModuleLimits moduleLimits;
  private final Duration startTimeout;
  private final AtomicLong created = new AtomicLong();
  private final AtomicLong retired = new AtomicLong();

  /** Guards the five fields below; the source is read under it, once. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Deque<Idle> idle = new ArrayDeque<>();
  private @Nullable ModuleKey key;

  /** From the first read until the module is compiled. */
  private @Nullable ScannedModule scanned;

  private @Nullable CompiledModule compiled;
  private boolean closed;

  private InstancePool(Builder builder) {
    source = builder.source;
    cache = builder.cache == null ? ModuleCache.create() : builder.cache;
    memoryKind = builder.memoryKind;
    payloadLimitBytes = builder.payloadLimitBytes;
    maximumPages = builder.maximumPages;
    moduleLimits = builder.moduleLimits;
    startTimeout = builder.startTimeout;
  }

  /** Starts the description of a pool over the module of {@code source}. */
  public static Builder builder(ModuleSource source) {
    return new Builder(source);
  }

  /**
   * Reads, checks and compiles the module now, so that a bad one is found before the first
   * invocation. Runs on Reactor's bounded elastic scheduler. Errors with {@link
   * WorkerException.ModuleRejected} or {@link WorkerException.CapabilityDenied}.
   */
  public Mono<ModuleReport> load() {
    return Mono.fromCallable(() -> module().report()).subscribeOn(Schedulers.boundedElastic());
  }

  @Override
  public GuestLease lease() {
    lock.lock();
    try {
      if (closed) {
        throw new WorkerException.PoolClosed("instance pool of " + source.name());
      }
    } finally {
      lock.unlock();
    }
    return new InstanceLease(this);
  }

  /** Counts so far. */
  public InstancePoolMetrics metrics() {
    return new InstancePoolMetrics(cache.compiles(), cache.hits(), created.get(), retired.get());
  }

  /**
   * Drops the idle instances; leases that are out end with their workers. Harmless when repeated.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      idle.clear();
    } finally {
      lock.unlock();
    }
  }

  /** An idle instance that served the same tenant last, or a new one. */
  GuestInstance obtain(@Nullable String tenant) {
    lock.lock();
    try {
      for (Iterator<Idle> each = idle.iterator(); each.hasNext(); ) {
        Idle candidate = each.next();
        if (Objects.equals(candidate.tenant(), tenant)) {
          each.remove();
          return candidate.instance();
        }
      }
    } finally {
      lock.unlock();
    }
    CompiledModule module = module();
    long tableEntries = moduleLimits.get(ModuleLimits.Limit.TABLE_ENTRIES);
    GuestInstance built =
        StartWatch.within(
            startTimeout,
            source.name(),
            () ->
                new GuestInstance(
                    module, abi, memoryKind, payloadLimitBytes, maximumPages, tableEntries));
    created.incrementAndGet();
    return built;
  }

  void retire() {
    retired.incrementAndGet();
  }

  void giveBack(GuestInstance instance, @Nullable String tenant) {
    if (!instance.usable()) {
      retire();
      return;
    }
    lock.lock();
    try {
      if (!closed) {
        idle.addFirst(new Idle(instance, tenant));
      }
    } finally {
      lock.unlock();
    }
  }

  private CompiledModule module() {
    ModuleKey wanted;
    lock.lock();
    try {
      if (key == null) {
        // A module that the cache has may have come in under another pool's limits.
        ScannedModule fit =
            ModuleScan.scan(source.name(), source.read(), moduleLimits, maximumPages);
        key = ModuleCompiler.key(fit.bytes(), memoryKind);
        scanned = fit;
      }
      wanted = key;
    } finally {
      lock.unlock();
    }
    CompiledModule module = cache.get(wanted, () -> compile(wanted));
    module.report().requireImports();
    lock.lock();
    try {
      compiled = module;
      scanned = null;
    } finally {
      lock.unlock();
    }
    return module;
  }

  /**
   * Called when the cache does not have the module: for the first time, or because it evicted it.
   */
  private CompiledModule compile(ModuleKey wanted) {
    ScannedModule fit;
    lock.lock();
    try {
      if (compiled != null) {
        return compiled;
      }
      fit = Objects.requireNonNull(scanned, "bytes are kept until the module is compiled");
    } finally {
      lock.unlock();
    }
    return ModuleCompiler.compile(fit, wanted.sha256(), abi);
  }

  /** Describes a pool. */
  public static final class Builder {

    private final ModuleSource source;
    private @Nullable ModuleCache cache;
    private MemoryKind memoryKind = MemoryKind.FLAT;
    private int payloadLimitBytes = 16 * 1024 * 1024;
    private int maximumPages = 4096;
    private ModuleLimits moduleLimits = ModuleLimits.defaults();
    private Duration startTimeout = Duration.ofSeconds(10);

    private Builder(ModuleSource source) {
      this.source = Objects.requireNonNull(source, "source");
    }

    /** Bytes that a payload or a reply may have at most. Default 16 MiB. */
    public Builder payloadLimitBytes(int bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException(
            "payloadLimitBytes is " + bytes + ": it must be 0 or more");
      }
      payloadLimitBytes = bytes;
      return this;
    }

    /**
     * Pages of 64 KiB that one instance's memory may grow to, whatever its module allows. Default
     * 4096, which is 256 MiB.
     */
    public Builder maximumPages(int pages) {
      if (pages < 1 || pages > PageLimits.HIGHEST_PAGES) {
        throw new IllegalArgumentException(
            "maximumPages is " + pages + ": it must lie in 1.." + PageLimits.HIGHEST_PAGES);
      }
      maximumPages = pages;
      return this;
    }

    /** How large the module may be in each respect. Default {@link ModuleLimits#defaults}. */
    public Builder moduleLimits(ModuleLimits limits) {
      moduleLimits = Objects.requireNonNull(limits, "limits");
      return this;
    }

    /**
     * How long an instance may take to start once its module is compiled: the start function,
     * {@code _initialize} and the first {@code alloc}. One that takes longer is stopped, and the
     * invocation that needed it fails with {@link WorkerException.ModuleRejected} unless its
     * deadline has answered it before. Default 10 s.
     */
    public Builder startTimeout(Duration timeout) {
      if (timeout.toMillis() < 1) {
        throw new IllegalArgumentException(
            "startTimeout is " + timeout + ": it must be 1 ms or longer");
      }
      startTimeout = timeout;
      return this;
    }

    /**
     * Whether instances remember which 4 KiB of their memory were stored to. Default off: it makes
     * stores up to a tenth slower, and nothing needs it before instances can be reset.
     */
    public Builder dirtyTracking(boolean on) {
      memoryKind = on ? MemoryKind.TRACKED : MemoryKind.FLAT;
      return this;
    }

    /** The cache of compiled modules. Default: one of the pool's own. */
    public Builder moduleCache(ModuleCache cache) {
      this.cache = cache;
      return this;
    }

    /** Makes the pool. Reads nothing. */
    public InstancePool build() {
      return new InstancePool(this);
    }
  }
}
