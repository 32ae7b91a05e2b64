package io.millrace.instance;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import io.millrace.pipeline.WorkerException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compiled modules, each compiled once: callers that ask for one at the same time share one
 * compile. A failed compile is not kept. Safe for use by several threads; share one among pools
 * that run the same modules.
 *
 * <p>Bounded by an estimate of the heap that the parsed modules take, about 30 times their size in
 * wasm; an evicted module goes on serving the pools that hold it.
 */
public final class ModuleCache {

  private static final int HEAP_BYTES_PER_WASM_BYTE = 30;

  /** Compilers recurse as deep as the guest nests its blocks. */
  private static final long COMPILER_STACK_BYTES = 16L * 1024 * 1024;

  /**
   * A module, or why there is none. A failed future would be logged with its stack by the cache.
   */
  private record Outcome(@Nullable CompiledModule module, @Nullable Throwable failure) {}

  private final AsyncCache<ModuleKey, Outcome> cache;
  private final Executor compilers;

  private ModuleCache(long maximumHeapBytes) {
    cache =
        Caffeine.newBuilder()
            .maximumWeight(maximumHeapBytes)
            .weigher((ModuleKey key, Outcome outcome) -> weight(outcome.module()))
            .recordStats()
            .buildAsync();
    int threads = Runtime.getRuntime().availableProcessors();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(null, task, "millrace-compiler", COMPILER_STACK_BYTES);
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    compilers = pool;
  }

  /** A cache that takes up to a quarter of the JVM's heap. */
  public static ModuleCache create() {
    return create(Runtime.getRuntime().maxMemory() / 4);
  }

  /** A cache that takes up to {@code maximumHeapBytes} of heap, by estimate. */
  public static ModuleCache create(long maximumHeapBytes) {
    return new ModuleCache(maximumHeapBytes);
  }

  /** Modules compiled, failures included. */
  public long compiles() {
    return stats().loadCount();
  }

  /** How often a module was asked for that was there, or was being compiled already. */
  public long hits() {
    return stats().hitCount();
  }

  /**
   * The module of {@code key}, from the cache or by running {@code compile} on a compiler thread.
   * Blocks.
   */
  CompiledModule get(ModuleKey key, Supplier<CompiledModule> compile) {
    CompletableFuture<Outcome> future =
        cache.get(
            key,
            (k, executor) ->
                CompletableFuture.supplyAsync(compile, compilers)
                    .handle((module, failure) -> new Outcome(module, failure)));
    Outcome outcome = future.join();
    if (outcome.module() != null) {
      return outcome.module();
    }
    // Another caller may have begun anew already: only this very attempt is forgotten.
    cache.asMap().remove(key, future);
    Throwable failure = outcome.failure();
    if (failure instanceof CompletionException wrapped && wrapped.getCause() != null) {
      failure = wrapped.getCause();
    }
    if (failure instanceof WorkerException known) {
      throw known;
    }
    if (failure instanceof OutOfMemoryError) {
      throw new WorkerException.WorkerTerminated(
          "module " + key.sha256() + " cannot be compiled now: the JVM's heap is full", failure);
    }
    throw new WorkerException.ModuleRejected(
        "module " + key.sha256() + " cannot be compiled: " + failure, failure);
  }

  private static int weight(@Nullable CompiledModule module) {
    return module == null
        ? 1
        : (int) Math.min(Integer.MAX_VALUE, module.sizeBytes() * HEAP_BYTES_PER_WASM_BYTE);
  }

  private CacheStats stats() {
    return cache.synchronous().stats();
  }
}
