package io.millrace.instance;

import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A pool's one module: read once, when it is first asked for, and compiled once. Any thread. */
final class PoolModule {

  private final ModuleSource source;
  private final ModuleCache cache;
  private final MemoryKind memory;
  private final AbiDescriptor abi;

  /** Guards the fields below; the source is read under it. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable ModuleKey key;

  /** From the first read until the module is compiled. */
  private byte @Nullable [] bytes;

  private @Nullable CompiledModule compiled;

  PoolModule(ModuleSource source, ModuleCache cache, MemoryKind memory, AbiDescriptor abi) {
    this.source = source;
    this.cache = cache;
    this.memory = memory;
    this.abi = abi;
  }

  String name() {
    return source.name();
  }

  ModuleCache cache() {
    return cache;
  }

  /** The compiled module, whose imports are all granted. Blocks while it is compiled. */
  CompiledModule get() {
    ModuleKey wanted;
    lock.lock();
    try {
      if (key == null) {
        bytes = source.read();
        key = ModuleCompiler.key(bytes, memory);
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
      bytes = null;
    } finally {
      lock.unlock();
    }
    return module;
  }

  /**
   * Called when the cache does not have the module: for the first time, or because it evicted it.
   */
  private CompiledModule compile(ModuleKey wanted) {
    byte[] wasm;
    lock.lock();
    try {
      if (compiled != null) {
        return compiled;
      }
      wasm = Objects.requireNonNull(bytes, "bytes are kept until the module is compiled");
    } finally {
      lock.unlock();
    }
    return ModuleCompiler.compile(source.name(), wanted.sha256(), wasm, memory, abi);
  }
}
