package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleCache;
import io.millrace.instance.ModuleReport;
import io.millrace.instance.ModuleSource;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a pool pays for its module: found in the cache, from the disk, and compiled. The module is
 * the C guest of 13 KB, as given by its bytes, so that each is read and hashed as a service does it
 * that gets modules from elsewhere.
 *
 * <pre>  java -jar benchmarks/target/millrace-benchmarks.jar ModuleCacheBenchmark -prof gc</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ModuleCacheBenchmark {

  private static final long PLENTY = 1L << 30;

  private final ModuleCache warm = ModuleCache.create();
  private @Nullable TempDirectory directory;
  private byte[] wasm = {};

  /** Fills both caches. */
  @Setup(Level.Trial)
  public void start() throws IOException {
    wasm = DigestGuests.bytes();
    directory = TempDirectory.create("millrace-modules");
    hit();
    disk();
  }

  /** Removes the one on the disk. */
  @TearDown(Level.Trial)
  public void stop() throws IOException {
    Objects.requireNonNull(directory).close();
  }

  /** The module is there. */
  @Benchmark
  public ModuleReport hit() {
    return load(warm);
  }

  /** Its classes are on the disk. */
  @Benchmark
  public ModuleReport disk() {
    return load(ModuleCache.create(PLENTY, Objects.requireNonNull(directory).path(), PLENTY));
  }

  /** It is compiled. */
  @Benchmark
  public ModuleReport compile() {
    return load(ModuleCache.create());
  }

  private ModuleReport load(ModuleCache cache) {
    try (InstancePool pool =
        InstancePool.builder(ModuleSource.of("c-digest.wasm", wasm)).moduleCache(cache).build()) {
      return Objects.requireNonNull(pool.load().block());
    }
  }
}
