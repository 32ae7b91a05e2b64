package io.millrace.benchmarks;

import io.millrace.memory.BumpArena;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.SharedLinearMemory;
import io.millrace.memory.SizeClassArena;
import io.millrace.memory.Slice;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to bring a payload into linear memory: through an arena and a slice, and by the
 * bare copy that is the limit. The sizes are those of a small request, of 1 KiB and of an upload's
 * part.
 *
 * <pre>  java -jar benchmarks/target/millrace-benchmarks.jar SliceArenaBenchmark -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SliceArenaBenchmark {

  /** Bytes in the payload. */
  @Param({"64", "1024", "65536"})
  public int bytes;

  private final LinearMemory memory = new PrivateLinearMemory(new PageLimits(32, 32));
  private final BumpArena arena = new BumpArena(memory, 4096, 1 << 20);
  private final SizeClassArena classes =
      new SizeClassArena(new SharedLinearMemory(new PageLimits(32, 32)), 4096, 1 << 20);
  private final byte[] payload = new byte[65_536];
  private final byte[] target = new byte[1 << 20];

  /** Reset, allocate, copy in: the host's side of one invocation. */
  @Benchmark
  public int throughArena() {
    arena.reset();
    Slice slice = arena.allocate(bytes, 8);
    slice.write(0, payload, 0, bytes);
    return slice.offset();
  }

  /** A handle from the arena with one owner, whose reset costs three writes. */
  @Benchmark
  public Slice bumpAllocate() {
    arena.reset();
    return arena.allocate(bytes, 8);
  }

  /** A block of the arena for many threads, there and back. */
  @Benchmark
  public boolean sizeClassAllocateAndRelease() {
    return classes.allocate(bytes, 8).tryRelease();
  }

  /** The limit of both: an object as large as a handle. */
  @Benchmark
  public byte[] bareHandle() {
    return new byte[24];
  }

  /** The limit: the copy alone. */
  @Benchmark
  public byte[] bareCopy() {
    System.arraycopy(payload, 0, target, 4096, bytes);
    return target;
  }
}
