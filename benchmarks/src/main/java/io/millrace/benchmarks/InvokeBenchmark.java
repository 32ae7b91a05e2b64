package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.scheduler.WorkerPools;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the pipeline costs on top of the guest: the same invocations through {@code invokeAll} and
 * through bare loops over the same guests on as many threads, which is the limit.
 *
 * <p>The payload is 1 KiB, the size of a signed request. {@code echo} leaves nothing but the
 * crossing, {@code sha256} is some 7 us of guest code. Both numbers are invocations per second.
 *
 * <pre>
 *   java -jar benchmarks/target/millrace-benchmarks.jar InvokeBenchmark -p function=echo -prof gc
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-XX:-DontCompileHugeMethods")
public class InvokeBenchmark {

  private static final int BATCH = 100_000;

  /** The guest's function. */
  @Param({"echo", "sha256"})
  public String function = "";

  /** Workers, and threads of the bare loops. */
  @Param({"1", "2"})
  public int workers;

  private @Nullable Rig rig;

  /** Builds the pool and the loops' leases. */
  @Setup(Level.Trial)
  public void start() {
    rig = new Rig(function, workers);
  }

  /** Ends both. */
  @TearDown(Level.Trial)
  public void stop() {
    rig().stop();
  }

  /** Through the pipeline. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long invokeAll() throws Exception {
    return rig().throughPool(BATCH);
  }

  /** By a caller that waits for each reply before it sends the next: two hops between threads. */
  @Benchmark
  public byte[] roundTrip() {
    return rig().oneByOne();
  }

  /** The limit: loops without any framework. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long bareLoops() throws Exception {
    return rig().throughLoops(BATCH);
  }

  private Rig rig() {
    return Objects.requireNonNull(rig);
  }

  /** The two ways, on the same guests. */
  private static final class Rig {

    private final Invocation invocation;
    private final InstancePool guests;
    private final WorkerPool pool;
    private final List<GuestLease> leases = new ArrayList<>();
    private final LoopThreads loops;

    Rig(String function, int workers) {
      invocation = Invocation.of(function, new byte[1024]);
      guests = DigestGuests.pool(false);
      pool = WorkerPools.over(guests).workers(workers).inboxCapacity(1024).build();
      loops = new LoopThreads(workers);
      for (int i = 0; i < workers; i++) {
        leases.add(guests.lease());
      }
    }

    void stop() {
      pool.close();
      loops.close();
      leases.forEach(GuestLease::close);
      guests.close();
    }

    /** One that fails ends the run: it would be sooner than a reply. */
    long throughPool(int count) throws Exception {
      return Load.stream(pool, invocation, count).run();
    }

    byte[] oneByOne() {
      return Objects.requireNonNull(pool.invoke(invocation).block()).bytes();
    }

    long throughLoops(int count) throws Exception {
      loops.run(
          count,
          (thread, calls) -> RawLoops.call(leases.get(thread).guest(null), invocation, calls));
      return count;
    }
  }
}
