package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.Overflow;
import io.millrace.scheduler.WorkerPools;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
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
import reactor.core.publisher.Flux;

/**
 * Inbox and dispatch by themselves: the guest answers at once, so all that is left is what brings
 * an invocation to a worker and its reply back.
 *
 * <p>A stream is how the pool is used most. Single invocations are sent without waiting, as a
 * service's request threads do, and more than the pool takes: what it rejected is counted apart, in
 * {@code rejected}, and is no throughput.
 *
 * <pre>  java -jar benchmarks/target/millrace-benchmarks.jar DispatchBenchmark -prof gc</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DispatchBenchmark {

  private static final int BATCH = 100_000;
  private static final Invocation EMPTY = Invocation.of("echo", "");

  /** Threads that run guests. */
  @Param({"1", "2"})
  public int workers;

  private @Nullable WorkerPool pool;

  /** What became of single invocations. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Outcome {

    /** Answered by a guest. */
    public long completed;

    /** Refused because the inbox was full. */
    public long rejected;
  }

  /** Makes the pool. */
  @Setup(Level.Trial)
  public void start() {
    pool =
        WorkerPools.over(FakeGuests.empty())
            .workers(workers)
            .inboxCapacity(1024)
            .overflow(Overflow.REJECT)
            .build();
  }

  /** Ends it. */
  @TearDown(Level.Trial)
  public void stop() {
    pool().close();
  }

  /** In one stream, replies in order. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long stream() {
    Long replies = pool().invokeAll(Flux.fromIterable(new Copies<>(EMPTY, BATCH))).count().block();
    return replies == null ? 0 : replies;
  }

  /** One after the other, without waiting. */
  @Benchmark
  public void single(Outcome outcome) {
    long before = pool().metrics().rejected();
    pool().invoke(EMPTY).subscribe(reply -> {}, failure -> {});
    if (pool().metrics().rejected() > before) {
      outcome.rejected++;
    } else {
      outcome.completed++;
    }
  }

  private WorkerPool pool() {
    return Objects.requireNonNull(pool);
  }
}
