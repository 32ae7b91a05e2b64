package io.millrace.benchmarks;

import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Wait and notify on shared memory, as guests' locks use them: mostly there is nobody to wake, and
 * the value is no longer the expected one by the time of the wait. And the way that does park: one
 * thread waits for at most a millisecond while another wakes it.
 *
 * <pre>  java -jar benchmarks/target/millrace-benchmarks.jar WaitNotifyBenchmark -prof gc</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class WaitNotifyBenchmark {

  private static final int LOCK = 128;
  private static final int ALONE = 4096;
  private static final long MILLISECOND = 1_000_000;

  private final SharedLinearMemory memory = new SharedLinearMemory(new PageLimits(1, 1));

  /** An unlock that nobody waits for. */
  @Benchmark
  public int notifyNobody() {
    return memory.notify(ALONE, 1);
  }

  /** A lock that was given back just before. */
  @Benchmark
  public int waitForAnotherValue() throws InterruptedException {
    return memory.waitInt(ALONE, 1, MILLISECOND);
  }

  /** Parks. */
  @Benchmark
  @Group("wakeUp")
  @GroupThreads(1)
  public int waiter() throws InterruptedException {
    return memory.waitInt(LOCK, 0, MILLISECOND);
  }

  /** Wakes. */
  @Benchmark
  @Group("wakeUp")
  @GroupThreads(1)
  public int waker() {
    return memory.notify(LOCK, 1);
  }
}
