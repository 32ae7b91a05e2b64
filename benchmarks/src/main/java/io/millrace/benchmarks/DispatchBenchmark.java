package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
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
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Inbox and dispatch by themselves: the guest answers at once, so all that is left is what brings
 * an invocation to a worker and its reply back.
 *
 * <p>A stream is how the pool is used most. Single invocations are sent without waiting, as a
 * service's request threads do, and more than the pool takes: the score is of those that it took,
 * each tried until there was room. What it rejected meanwhile is counted apart, in {@code
 * rejected}, per second as the score is; bytes per operation hold that, too.
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

  /** What was in vain. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Refusals {

    /** Refused because the inbox was full. */
    public long rejected;
  }

  /** Hears at once, on the sender's thread, when there was no room; a reply comes later. */
  private static final class Sent implements CoreSubscriber<Reply> {

    private boolean rejected;

    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(1);
    }

    @Override
    public void onNext(Reply reply) {}

    @Override
    public void onError(Throwable failure) {
      if (!(failure instanceof WorkerException.InboxFull)) {
        throw new IllegalStateException("neither answered nor rejected", failure);
      }
      rejected = true;
    }

    @Override
    public void onComplete() {}
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

  /** In one stream, replies in order; one that fails ends the run. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long stream() throws Exception {
    return Load.stream(pool(), EMPTY, BATCH).run();
  }

  /** One after the other, without waiting. */
  @Benchmark
  public void single(Refusals refusals) {
    while (isRejected(pool().invoke(EMPTY))) {
      refusals.rejected++;
      Thread.onSpinWait();
    }
  }

  private static boolean isRejected(Mono<Reply> invocation) {
    Sent sent = new Sent();
    invocation.subscribe(sent);
    return sent.rejected;
  }

  private WorkerPool pool() {
    return Objects.requireNonNull(pool);
  }
}
