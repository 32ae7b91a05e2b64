package io.millrace.instance;

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
      if (loaded != null) {
        return loaded;
      }
      if (key == null) {
        // A module that the cache has may have come in under another pool's limits.
        scanned = scan();
        key = ModuleCompiler.key(scanned.bytes(), memory);
      }
      wanted = key;
    } finally {
      lock.unlock();
    }
    CompiledModule compiled = cache.get(wanted, this::scanned);
    ModuleReport report = report(wanted, compiled);
    hostFunctions.requireImports(report);
    lock.lock();
    try {
      loaded = new LoadedModule(compiled, report);
      scanned = null;
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

  /** Asked for when the cache does not have the module. */
  private ScannedModule scanned() {
    lock.lock();
    try {
      // Read again where a small cache has dropped the module before another caller came for it.
      return scanned == null ? scan() : scanned;
    } finally {
      lock.unlock();
    }
  }

  private ScannedModule scan() {
    return ModuleScan.scan(source.name(), source.read(), limits, maximumPages);
  }
}
