package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What an invocation goes through on its way to a worker, piece by piece and on one thread: room is
 * taken and given back, it is queued among the tenants, it is handed to a worker in a batch, which
 * takes it, or another one that has nothing to do does. In the scheduler's own package, since
 * nothing of this is public; {@code DispatchBenchmark} has the whole with its threads.
 *
 * <p>A batch is 64 invocations, as many as a quarter of a window of 256, and the queue among
 * tenants holds as many: what there is when a stream has been filled again. One tenant is what most
 * services have, eight of them take the way through the heap of lanes. All figures are for one
 * invocation. Room that was refused is counted apart, in {@code refused}.
 *
 * <pre>  java -jar benchmarks/target/millrace-benchmarks.jar InboxBenchmark -prof gc</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class InboxBenchmark {

  private static final int BATCH = 64;
  private static final int CAPACITY = 2 * BATCH;

  private final FairQueue shared = new FairQueue(Map.of(), false);
  private final RunQueue handed = new RunQueue(BATCH);
  private final Slot slot = new Slot(0, shared);
  private final Admission admission = new Admission(CAPACITY, new Slot[] {slot});
  private final Admission full = new Admission(1, new Slot[] {slot});
  private final Task[] tasks = new Task[BATCH];

  /** Among which the invocations of a batch take turns. */
  @Param({"1", "8"})
  public int tenants;

  /** Never run, so that it can be queued again and again. */
  private static final class Waiting extends Task {

    Waiting(Invocation invocation) {
      super(invocation);
      admitUnseen();
    }

    @Override
    boolean deliver() {
      return false;
    }
  }

  /** What became of those that asked for room. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Room {

    /** There was room. */
    public long granted;

    /** There was none. */
    public long refused;
  }

  /** Makes the invocations. */
  @Setup
  public void makeTasks() {
    for (int i = 0; i < BATCH; i++) {
      tasks[i] = new Waiting(Invocation.of("echo", "").withTenant("tenant " + i % tenants));
    }
    full.tryAcquire(1);
  }

  /** Room for one, and back when its worker begins it. */
  @Benchmark
  public void room(Room room) {
    if (admission.tryAcquire()) {
      room.granted++;
      slot.tally.countBegun();
    } else {
      room.refused++;
    }
  }

  /** How soon a full pool says no. */
  @Benchmark
  public void noRoom(Room room) {
    if (full.tryAcquire()) {
      room.granted++;
    } else {
      room.refused++;
    }
  }

  /** Into the queue among the tenants, and out of it. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void amongTenants(Blackhole taken) {
    for (Task task : tasks) {
      shared.add(task);
    }
    for (int i = 0; i < BATCH; i++) {
      taken.consume(shared.poll());
    }
  }

  /** To a worker, which takes one after the other. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void toAWorker(Blackhole taken) {
    handOver();
    for (int i = 0; i < BATCH; i++) {
      taken.consume(handed.poll());
    }
  }

  /** To a worker that is at a slow one, so that another takes them all. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void stolen(Blackhole taken) {
    handOver();
    for (int i = 0; i < BATCH; i++) {
      taken.consume(handed.steal());
    }
    taken.consume(handed.poll()); // the owner finds them gone
  }

  private void handOver() {
    for (int i = 0; i < BATCH; i++) {
      handed.put(i, tasks[i]);
    }
    handed.handOver(BATCH);
  }
}
