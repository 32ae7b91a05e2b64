package io.millrace.benchmarks;

import io.millrace.memory.BumpArena;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.SharedLinearMemory;
import io.millrace.memory.SizeClassArena;
import io.millrace.memory.Slice;
import io.millrace.memory.TrackedLinearMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.concurrent.TimeUnit;
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

/**
 * What one access through a slice costs, beside the same access to a bare array, which is the
 * limit. Each method walks 4 KiB, which a decoder does with a reply of a few KiB and which stays in
 * the nearest cache, so that nothing hides behind the memory; the figure is that of one access.
 * RATIONALE.md has figures.
 *
 * <pre>  java -jar benchmarks/target/millrace-benchmarks.jar SliceAccessBenchmark -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class SliceAccessBenchmark {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle BUFFER_LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int BASE = 4096;
  private static final int BYTES = SliceWalks.BYTES;
  private static final int INTS = BYTES / Integer.BYTES;
  private static final int LONGS = BYTES / Long.BYTES;

  /**
   * How many kinds of memory and arena the process has used slices of before. The JIT compiles a
   * call for the kinds that it has seen there.
   */
  @Param({"1", "3"})
  public int kindsSeen;

  private final byte[] array = new byte[2 * PageLimits.PAGE_BYTES];
  private final Slice slice = slice(new PrivateLinearMemory(new PageLimits(2, 2)));

  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BASE + BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final Slice shared =
      new SizeClassArena(new SharedLinearMemory(new PageLimits(2, 2)), BASE, BYTES)
          .allocate(BYTES, Long.BYTES);

  private static Slice slice(LinearMemory memory) {
    return new BumpArena(memory, BASE, BYTES).allocate(BYTES, Long.BYTES);
  }

  /** Shows the JIT the other kinds. */
  @Setup
  public void useOtherKinds() {
    if (kindsSeen == 1) {
      return;
    }
    PageLimits limits = new PageLimits(2, 2);
    Slice[] others = {
      slice(new TrackedLinearMemory(limits)),
      new SizeClassArena(new SharedLinearMemory(limits), BASE, BYTES).allocate(BYTES, Long.BYTES)
    };
    for (int round = 0; round < 2_000; round++) {
      for (Slice other : others) {
        SliceWalks.all(other);
      }
    }
  }

  /** A byte. */
  @Benchmark
  @OperationsPerInvocation(BYTES)
  public int getByte() {
    return SliceWalks.getBytes(slice);
  }

  /** Its limit. */
  @Benchmark
  @OperationsPerInvocation(BYTES)
  public int getByteBare() {
    int sum = 0;
    for (int at = 0; at < BYTES; at++) {
      sum += array[BASE + at];
    }
    return sum;
  }

  /** An int. */
  @Benchmark
  @OperationsPerInvocation(INTS)
  public int getInt() {
    return SliceWalks.getInts(slice);
  }

  /** Its limit. */
  @Benchmark
  @OperationsPerInvocation(INTS)
  public int getIntBare() {
    int sum = 0;
    for (int at = 0; at < BYTES; at += Integer.BYTES) {
      sum += (int) INT.get(array, BASE + at);
    }
    return sum;
  }

  /** A long. */
  @Benchmark
  @OperationsPerInvocation(LONGS)
  public long getLong() {
    return SliceWalks.getLongs(slice);
  }

  /** Its limit. */
  @Benchmark
  @OperationsPerInvocation(LONGS)
  public long getLongBare() {
    long sum = 0;
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      sum += (long) LONG.get(array, BASE + at);
    }
    return sum;
  }

  /** A long by a view of the slice, made anew for each walk. */
  @Benchmark
  @OperationsPerInvocation(LONGS)
  public long getLongByView() {
    LongBuffer view = slice.longView();
    long sum = 0;
    for (int at = 0; at < LONGS; at++) {
      sum += view.get(at);
    }
    return sum;
  }

  /** Makes a typed view: what a walk by a view costs before its first step. */
  @Benchmark
  public LongBuffer makeView() {
    return slice.longView();
  }

  /** A long of shared memory. */
  @Benchmark
  @OperationsPerInvocation(LONGS)
  public long getLongShared() {
    return SliceWalks.getLongs(shared);
  }

  /** Its limit. */
  @Benchmark
  @OperationsPerInvocation(LONGS)
  public long getLongSharedBare() {
    long sum = 0;
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      sum += (long) BUFFER_LONG.get(buffer, BASE + at);
    }
    return sum;
  }

  /** A byte. */
  @Benchmark
  @OperationsPerInvocation(BYTES)
  public void putByte() {
    SliceWalks.putBytes(slice);
  }

  /** Its limit. */
  @Benchmark
  @OperationsPerInvocation(BYTES)
  public void putByteBare() {
    for (int at = 0; at < BYTES; at++) {
      array[BASE + at] = (byte) at;
    }
  }

  /** An int. */
  @Benchmark
  @OperationsPerInvocation(INTS)
  public void putInt() {
    SliceWalks.putInts(slice);
  }

  /** Its limit. */
  @Benchmark
  @OperationsPerInvocation(INTS)
  public void putIntBare() {
    for (int at = 0; at < BYTES; at += Integer.BYTES) {
      INT.set(array, BASE + at, at);
    }
  }

  /** A long. */
  @Benchmark
  @OperationsPerInvocation(LONGS)
  public void putLong() {
    SliceWalks.putLongs(slice);
  }

  /** Its limit. */
  @Benchmark
  @OperationsPerInvocation(LONGS)
  public void putLongBare() {
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      LONG.set(array, BASE + at, (long) at);
    }
  }
}
