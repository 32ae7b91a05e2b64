package io.millrace.benchmarks;

import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.infra.Control;

/**
 * Wait and notify on shared memory, as guests' locks use them: mostly there is nobody to wake, and
 * the value is no longer the expected one by the time of the wait. And the way that does park: one
 * thread waits, and another wakes it as soon as it is parked. An operation of either is the whole
 * round: to park, to be seen, to be woken, and to come again.
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

  /** Of the one that is woken: only at the end of an iteration there is nobody who does so. */
  private static final long LONGEST_NANOS = 100 * MILLISECOND;

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

  /** What the two know of each other. */
  @State(Scope.Group)
  public static class Pair {

    private volatile @Nullable Thread waiter;
    private final AtomicLong waits = new AtomicLong();

    /** The last wait that was ended; only the waker's. */
    private long ended;

    /** A thread that was just woken looks parked until it runs, so waits are counted. */
    private boolean isParkedAnew() {
      Thread thread = waiter;
      return waits.get() != ended
          && thread != null
          && thread.getState() == Thread.State.TIMED_WAITING;
    }
  }

  /** Parks. */
  @Benchmark
  @Group("wakeUp")
  @GroupThreads(1)
  public int waiter(Pair pair) throws InterruptedException {
    pair.waiter = Thread.currentThread();
    pair.waits.incrementAndGet();
    return memory.waitInt(LOCK, 0, LONGEST_NANOS);
  }

  /** Wakes; answers how many. */
  @Benchmark
  @Group("wakeUp")
  @GroupThreads(1)
  public int waker(Pair pair, Control control) {
    while (!pair.isParkedAnew() && !control.stopMeasurement) {
      Thread.onSpinWait();
    }
    pair.ended = pair.waits.get();
    return memory.notify(LOCK, 1);
  }
}
