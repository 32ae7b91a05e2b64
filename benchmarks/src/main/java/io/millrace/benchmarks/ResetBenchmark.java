package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.instance.ResetPolicy;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A call by another tenant than the last, so that the instance is brought back to its first state
 * in between, against the same call by one tenant: the difference is the reset.
 *
 * <p>The C guest touches a few pages of two, the Go guest is 8 MiB of which a call touches little:
 * the two ends of what SDKs are. Tracked memory brings back what was touched, flat memory all.
 *
 * <pre>
 *   java -jar benchmarks/target/millrace-benchmarks.jar ResetBenchmark -p module=c-digest -prof gc
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-XX:-DontCompileHugeMethods")
public class ResetBenchmark {

  private static final Invocation CALL = Invocation.of("sha256", new byte[64]);

  /** The guest. */
  @Param({"c-digest", "go-auth"})
  public String module = "";

  /** Whether memory remembers which pages were stored to. */
  @Param({"false", "true"})
  public boolean tracked;

  private @Nullable InstancePool pool;
  private @Nullable GuestLease lease;
  private int turn;

  /** Builds the instance. */
  @Setup(Level.Trial)
  public void start() {
    pool =
        InstancePool.builder(
                ModuleSource.resource(
                    ResetBenchmark.class, "/io/millrace/guests/" + module + ".wasm"))
            .dirtyTracking(tracked)
            .resetPolicy(ResetPolicy.ON_TENANT_CHANGE)
            .build();
    lease = pool.lease();
  }

  /** Ends it. */
  @TearDown(Level.Trial)
  public void stop() {
    Objects.requireNonNull(lease).close();
    Objects.requireNonNull(pool).close();
  }

  /** Each call is another tenant's. */
  @Benchmark
  public byte[] callAfterReset() {
    return call((turn++ & 1) == 0 ? "a" : "b");
  }

  /** The limit: all are one tenant's, and nothing is reset. */
  @Benchmark
  public byte[] call() {
    return call("a");
  }

  private byte[] call(String tenant) {
    return Objects.requireNonNull(lease).guest(tenant).invoke(CALL);
  }
}
