package io.millrace.instance;

import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A pool's one module: read once, when it is first asked for, and compiled once. Any thread. */
final class PoolModule {

  private final ModuleSource source;
  private final ModuleLimits limits;
  private final int maximumPages;
  private final ModuleCache cache;
  private final MemoryKind memory;
  private final @Nullable AbiDescriptor abi;
  private final HostFunctions hostFunctions;

  /** Guards the fields below; the source is read under it. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable ModuleKey key;

  /** From the first read until the module is compiled. */
  private @Nullable ScannedModule scanned;

  private @Nullable LoadedModule loaded;

  PoolModule(InstancePoolBuilder pool, ModuleCache cache, MemoryKind memory) {
    this.source = pool.source;
    this.limits = pool.moduleLimits;
    this.maximumPages = pool.maximumPages;
    this.abi = pool.abi;
    this.hostFunctions = pool.hostFunctions;
    this.cache = cache;
    this.memory = memory;
  }

  String name() {
    return source.name();
  }

  ModuleCache cache() {
    return cache;
  }

  /** The compiled module, whose imports are all granted. Blocks while it is compiled. */
  LoadedModule get() {
    ModuleKey wanted;
    lock.lock();
    try {
      if (key == null) {
        // A module that the cache has may have come in under another pool's limits.
        ScannedModule fit = ModuleScan.scan(source.name(), source.read(), limits, maximumPages);
        key = ModuleCompiler.key(fit.bytes(), memory);
        scanned = fit;
      }
      wanted = key;
    } finally {
      lock.unlock();
    }
    CompiledModule compiled = cache.get(wanted, this::compile);
    lock.lock();
    try {
      if (loaded == null) {
        loaded = new LoadedModule(compiled, report(wanted, compiled));
        scanned = null;
      }
      hostFunctions.requireImports(loaded.report());
      return loaded;
    } finally {
      lock.unlock();
    }
  }

  private ModuleReport report(ModuleKey wanted, CompiledModule compiled) {
    return hostFunctions.granting(
        ModuleCompiler.describe(
            source.name(), wanted.sha256(), compiled.sizeBytes(), compiled.wasm(), memory, abi));
  }

  /**
   * Called when the cache does not have the module: for the first time, or because it evicted it.
   */
  private CompiledModule compile() {
    ScannedModule fit;
    lock.lock();
    try {
      if (loaded != null) {
        return loaded.compiled();
      }
      fit = Objects.requireNonNull(scanned, "the bytes are kept until the module is compiled");
    } finally {
      lock.unlock();
    }
    return ModuleCompiler.compile(fit);
  }
}
