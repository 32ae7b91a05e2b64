package io.millrace.instance;

import io.millrace.pipeline.WorkerException;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A pool's one module: read once, when it is first asked for, and compiled once. With a tiered
 * start it is interpreted while it is compiled. Any thread.
 *
 * <pre>
 *   unread ---> compiled                                      untiered, or at hand in the cache
 *     +-------> interpreted ---> compiled                     tiered; stays interpreted where it
 *                                                             cannot be compiled
 * </pre>
 */
final class PoolModule {

  private static final System.Logger LOGGER = System.getLogger(PoolModule.class.getName());

  private final ModuleSource source;
  private final ModuleLimits limits;
  private final int maximumPages;
  private final ModuleCache cache;
  private final MemoryKind memory;
  private final @Nullable AbiDescriptor abi;
  private final HostFunctions hostFunctions;
  private final boolean tiered;
  private final LongAdder hits = new LongAdder();

  /** Guards the fields below, but reads of the volatile ones; the source is read under it. */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile @Nullable LoadedModule loaded;

  /** As soon as it was read. */
  private @Nullable Known known;

  /** From the first read until the module is compiled. */
  private @Nullable ScannedModule scanned;

  /** Begins the compile, while that is still to be done. */
  private @Nullable Runnable later;

  /** Under what the cache has the module, and what this pool finds in it. */
  private record Known(ModuleKey key, ModuleReport report) {}

  PoolModule(InstancePoolBuilder pool, ModuleCache cache, MemoryKind memory) {
    this.source = pool.source;
    this.limits = pool.moduleLimits;
    this.maximumPages = pool.maximumPages;
    this.abi = pool.abi;
    this.hostFunctions = pool.hostFunctions;
    this.tiered = pool.tieredStart;
    this.cache = cache;
    this.memory = memory;
  }

  String name() {
    return source.name();
  }

  ModuleCache cache() {
    return cache;
  }

  /** How often the module was there already, in the pool or in its cache. */
  long hits() {
    return hits.sum() + cache.hits();
  }

  /** Whether there is a compiled module in place of the one that an instance was made of. */
  boolean supersedes(CompiledModule older) {
    LoadedModule present = loaded;
    return older.interpreted() && present != null && !present.compiled().interpreted();
  }

  /**
   * The module, whose imports are all granted. Blocks while it is compiled; with a tiered start,
   * while it is parsed.
   */
  LoadedModule get() {
    LoadedModule present = loaded;
    if (present != null) {
      hits.increment();
      return present;
    }
    Known wanted;
    ScannedModule found;
    lock.lock();
    try {
      if (loaded != null) {
        hits.increment();
        return loaded;
      }
      if (known == null) {
        // A module that the cache has may have come in under another pool's limits.
        ScannedModule read = scan();
        known = known(read);
        scanned = read;
      }
      wanted = known;
      // What the key was made of: whoever reads the source again may find other bytes there.
      found = Objects.requireNonNull(scanned);
      if (tiered && !cache.isAtHand(wanted.key())) {
        return interpreted(wanted, ModuleCompiler.parse(found));
      }
    } finally {
      lock.unlock();
    }
    return loaded(
        wanted, cache.get(wanted.key(), source.name(), () -> ModuleCompiler.parse(found)));
  }

  /** Imports that are not granted are told before anything costs time. */
  private Known known(ScannedModule read) {
    ModuleKey key = ModuleCompiler.key(read.bytes(), memory);
    ModuleReport report = hostFunctions.granting(ModuleReports.of(read, key.sha256(), memory, abi));
    hostFunctions.requireImports(report);
    return new Known(key, report);
  }

  /** Holds the lock, so that it is parsed once. */
  private LoadedModule interpreted(Known wanted, ModuleCompiler.Parsed parsed) {
    LoadedModule interim = new LoadedModule(ModuleCompiler.interpret(parsed), wanted.report());
    loaded = interim;
    later =
        () ->
            cache.getLater(
                wanted.key(),
                source.name(),
                () -> parsed,
                compiled -> loaded(wanted, compiled),
                this::failed);
    return interim;
  }

  /**
   * Begins to compile what is interpreted, once. Called when the first instance is ready: the
   * compiler would take the processor from the guest's start, which is what everybody waits for.
   */
  void compileLater() {
    Runnable compile;
    lock.lock();
    try {
      compile = later;
      later = null;
    } finally {
      lock.unlock();
    }
    if (compile != null) {
      compile.run();
    }
  }

  private LoadedModule loaded(Known wanted, CompiledModule compiled) {
    LoadedModule ready = new LoadedModule(compiled, wanted.report());
    lock.lock();
    try {
      loaded = ready;
      scanned = null;
      return ready;
    } finally {
      lock.unlock();
    }
  }

  private void failed(WorkerException why) {
    LOGGER.log(System.Logger.Level.WARNING, "it stays interpreted, slow as that is", why);
  }

  private ScannedModule scan() {
    return ModuleScan.scan(source.name(), source.read(), limits, maximumPages);
  }
}
