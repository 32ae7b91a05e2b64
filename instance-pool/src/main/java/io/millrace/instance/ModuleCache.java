package io.millrace.instance;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.pipeline.WorkerException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compiled modules, each compiled once: callers that ask for one at the same time share one
 * compile. A failed compile is not kept. Safe for use by several threads; share one among pools
 * that run the same modules.
 *
 * <p>Bounded by what the modules take of heap and metaspace, counted from their size: a Go module
 * of 3 MB in wasm takes some 12 MB. An evicted module goes on serving the pools that hold it.
 *
 * <p>With a directory, compiled modules are kept there too, for the next process: see {@link
 * #create(long, Path, long)}.
 *
 * <pre>{@code
 * ModuleCache cache = ModuleCache.create();
 * try (InstancePool one = InstancePool.builder(module).moduleCache(cache).build();
 *     InstancePool other = InstancePool.builder(module).moduleCache(cache).build()) {
 *   one.warmUp(1).then(other.warmUp(1)).block(); // one compile
 * }
 * }</pre>
 */
public final class ModuleCache {

  /** Compilers recurse as deep as the guest nests its blocks. */
  private static final long COMPILER_STACK_BYTES = 16L * 1024 * 1024;

  /**
   * A module, or why there is none. A failed future would be logged with its stack by the cache.
   */
  private record Outcome(@Nullable CompiledModule module, @Nullable Throwable failure) {}

  private static final System.Logger LOGGER = System.getLogger(ModuleCache.class.getName());

  private final AsyncCache<ModuleKey, Outcome> cache;
  private final Executor compilers;
  private final @Nullable ModuleStore store;
  private final LongAdder compiles = new LongAdder();
  private final LongAdder storeHits = new LongAdder();

  /** Compiles on {@code compilers}. */
  ModuleCache(long maximumBytes, @Nullable ModuleStore store, Executor compilers) {
    this.store = store;
    this.compilers = compilers;
    cache =
        Caffeine.newBuilder()
            .maximumWeight(maximumBytes)
            .weigher((ModuleKey key, Outcome outcome) -> weight(outcome.module()))
            .recordStats()
            .buildAsync();
  }

  private static Executor threads() {
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
    return pool;
  }

  /** A cache that takes up to as much as a quarter of the JVM's heap. */
  public static ModuleCache create() {
    return create(Runtime.getRuntime().maxMemory() / 4);
  }

  /** A cache that takes up to {@code maximumBytes} of heap and metaspace, by estimate. */
  public static ModuleCache create(long maximumBytes) {
    return new ModuleCache(maximumBytes, null, threads());
  }

  /**
   * A cache that also keeps compiled modules in {@code directory}, where the next process finds
   * them in a fraction of the time that a compile takes. Several processes may use one directory.
   * What is there is kept under the module's content, the engine's version and options, and the
   * JDK's feature version; what is damaged or foreign is ignored and compiled anew.
   *
   * <p>Whoever can write to the directory can run code in this process. It is made readable by its
   * owner only.
   *
   * @param maximumBytes of heap and metaspace, by estimate
   * @param directory made when it is not there
   * @param maximumDiskBytes beyond which the files that were not used for longest are removed
   * @throws IllegalArgumentException when others can write to the directory
   * @throws java.io.UncheckedIOException when it cannot be made
   */
  public static ModuleCache create(long maximumBytes, Path directory, long maximumDiskBytes) {
    return new ModuleCache(maximumBytes, new ModuleStore(directory, maximumDiskBytes), threads());
  }

  /** Modules compiled, failures included. */
  public long compiles() {
    return compiles.sum();
  }

  /** How often a module was asked for that was there, or was being compiled already. */
  public long hits() {
    return cache.synchronous().stats().hitCount();
  }

  /** Modules that were brought from the directory instead of compiled. */
  public long storeHits() {
    return storeHits.sum();
  }

  /** Whether {@link #get} needs no compile for it. */
  boolean isAtHand(ModuleKey key) {
    CompletableFuture<Outcome> present = cache.asMap().get(key); // a look, not a hit
    return (present != null && present.isDone()) || (store != null && store.has(key));
  }

  /**
   * The module of {@code key}, from the cache, from the directory, or compiled on a compiler thread
   * from what {@code source} gives. Blocks.
   */
  CompiledModule get(ModuleKey key, String name, Supplier<ModuleCompiler.Parsed> source) {
    return end(key, begin(key, name, source));
  }

  /** As {@link #get}, without waiting: {@code done} runs on the compiler's thread. */
  void getLater(
      ModuleKey key,
      String name,
      Supplier<ModuleCompiler.Parsed> source,
      Consumer<CompiledModule> done,
      Consumer<WorkerException> failed) {
    CompletableFuture<Outcome> future = begin(key, name, source);
    CompletableFuture<Void> told =
        future.thenAccept(
            outcome -> {
              CompiledModule compiled;
              try {
                compiled = end(key, future);
              } catch (WorkerException known) {
                failed.accept(known);
                return;
              }
              done.accept(compiled);
            });
    told.exceptionally(
        thrown -> {
          LOGGER.log(System.Logger.Level.ERROR, "after a compile of " + name, thrown);
          return null;
        });
  }

  private CompletableFuture<Outcome> begin(
      ModuleKey key, String name, Supplier<ModuleCompiler.Parsed> source) {
    return cache.get(
        key,
        (k, executor) ->
            CompletableFuture.supplyAsync(() -> load(k, name, source), compilers)
                .handle((module, failure) -> new Outcome(module, failure)));
  }

  private CompiledModule end(ModuleKey key, CompletableFuture<Outcome> future) {
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
        "module " + key.sha256() + " cannot be compiled: " + failure,
        WasmReader.BUILD_AGAIN,
        failure);
  }

  private CompiledModule load(ModuleKey key, String name, Supplier<ModuleCompiler.Parsed> source) {
    Optional<StoredModule> stored = store == null ? Optional.empty() : store.read(key);
    if (stored.isPresent()) {
      try {
        CompiledModule loaded = ModuleCompiler.load(name, stored.get());
        storeHits.increment();
        return loaded;
      } catch (WorkerException.ModuleRejected unfit) {
        LOGGER.log(
            System.Logger.Level.WARNING, "compiled anew, since what is stored does not fit", unfit);
      }
    }
    compiles.increment();
    JfrEvents.Compile event = new JfrEvents.Compile();
    event.begin();
    ModuleCompiler.Parsed parsed = source.get();
    StoredModule compiled = ModuleCompiler.compile(parsed);
    event.module = name;
    event.sizeBytes = parsed.scanned().bytes().length;
    event.commit();
    if (store != null) {
      store.write(key, compiled);
    }
    // Without the code that was compiled, the parsed module takes a tenth of the heap.
    return ModuleCompiler.load(name, compiled);
  }

  private static int weight(@Nullable CompiledModule module) {
    return module == null ? 1 : (int) Math.min(Integer.MAX_VALUE, module.footprintBytes());
  }
}
