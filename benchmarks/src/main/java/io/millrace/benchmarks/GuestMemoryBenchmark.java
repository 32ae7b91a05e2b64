package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Guest code on three memories: the engine's own, ours, and ours with dirty pages tracked. Each in
 * a JVM of its own, so that the JIT sees one kind only, as in a service.
 *
 * <p>SHA-256 of 1 KiB (the size of a signed request) is arithmetic with some loads and stores; the
 * sum of 64 KiB is one load after the other, the worst case for a memory.
 *
 * <pre>  java -jar benchmarks/target/millrace-benchmarks.jar GuestMemoryBenchmark -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-XX:-DontCompileHugeMethods")
public class GuestMemoryBenchmark {

  /** Whose memory. */
  @Param({"stock", "flat", "tracked"})
  public String memory = "";

  private final Invocation sha256 = Invocation.of("sha256", random(1024));
  private final Invocation sum = Invocation.of("sum", random(64 * 1024));

  private @Nullable InstancePool pool;
  private @Nullable GuestLease lease;
  private @Nullable Guest guest;

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  /** Builds the instance. */
  @Setup(Level.Trial)
  public void start() throws IOException {
    if (memory.equals("stock")) {
      guest = DigestGuests.stock();
      return;
    }
    pool = DigestGuests.pool(memory.equals("tracked"));
    lease = pool.lease();
    guest = lease.guest(null);
  }

  /** Ends it. */
  @TearDown(Level.Trial)
  public void stop() {
    if (lease != null && pool != null) {
      lease.close();
      pool.close();
    }
  }

  /** SHA-256 of 1 KiB. */
  @Benchmark
  public byte[] sha256() {
    return Objects.requireNonNull(guest).invoke(sha256);
  }

  /** Sum of 64 KiB. */
  @Benchmark
  public byte[] sum() {
    return Objects.requireNonNull(guest).invoke(sum);
  }
}
