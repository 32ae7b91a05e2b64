package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Codecs;
import io.millrace.pipeline.GuestFunction;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolRecorder;
import io.millrace.scheduler.WorkerPools;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import reactor.core.publisher.Flux;

/**
 * What it saves to write numbers straight into the guest's memory and to read them straight out of
 * it: an array of ints to the C guest's echo and back, by a codec in place, and by way of bytes on
 * the heap that are copied in and out. The guest does next to nothing, so that the crossing is what
 * is measured.
 */
final class ZeroCopyProfile implements Profile {

  private static final int WORKERS = 2;
  private static final int CAPACITY = 64;
  private static final int ROUNDS = 11;
  private static final int SLICES = 4;
  private static final int WARM_UPS = 3;
  private static final int BYTES_EACH = 1 << 28;

  @Override
  public String name() {
    return "zerocopy";
  }

  @Override
  public String description() {
    return "numbers written and read in the guest's memory against bytes copied in and out";
  }

  @Override
  public int quickSeconds() {
    return 8;
  }

  @Override
  public void run(Figures figures) throws Exception {
    long copied = 0;
    copied += measure(figures, "64KiB", 64 << 10);
    copied += measure(figures, "1MiB", 1 << 20);
    figures.put("inPlace.payloadBytesCopied", (double) copied);
  }

  /** Answers how many bytes of the payloads in place were copied, by the guests' count of all. */
  private static long measure(Figures figures, String size, int bytes) throws Exception {
    int[] numbers = new int[bytes / Integer.BYTES];
    Arrays.setAll(numbers, i -> i * 31);
    int count = BYTES_EACH / bytes;
    CopiedBytes copies = new CopiedBytes();
    try (InstancePool guests = DigestGuests.pool(false);
        WorkerPool pool =
            WorkerPools.over(guests)
                .workers(WORKERS)
                .inboxCapacity(CAPACITY)
                .recorder(copies)
                .build()) {
      GuestFunction<int[], int[]> echo = pool.function("echo", Codecs.ints(), Codecs.ints());
      Load inPlace =
          load(
              count,
              () -> check(echo.invokeAll(inputs(numbers, count)), numbers, count, Peer.LIMIT));
      Load copied =
          load(
              count,
              () ->
                  check(
                      pool.invokeAll(inputs(numbers, count).map(ZeroCopyProfile::copied))
                          .map(ZeroCopyProfile::numbers),
                      numbers,
                      count,
                      Peer.LIMIT));
      Rates rates = Rates.ofLoads(ROUNDS, SLICES, WARM_UPS, List.of(inPlace, copied));
      figures.put("inPlace." + size + ".micros", rates.micros(0));
      figures.put("copied." + size + ".micros", rates.micros(1));
      figures.putStanding("inPlaceVsCopied." + size, rates.ratio(0, 1));
      figures.put("inPlace." + size + ".allocatedBytes", allocated(inPlace));
      figures.put("copied." + size + ".allocatedBytes", allocated(copied));
    }
    // The pool has ended: all calls are counted.
    if (copies.byWayOfBytes.sum() == 0) {
      throw new IllegalStateException("copies are not counted");
    }
    return copies.inPlace.sum();
  }

  /** Only calls of a function with types have a receiver. */
  private static final class CopiedBytes implements WorkerPoolRecorder {

    private final LongAdder inPlace = new LongAdder();
    private final LongAdder byWayOfBytes = new LongAdder();

    @Override
    public void ended(Reply reply, InvocationCost cost) {
      LongAdder side = reply.invocation().receiver() == null ? byWayOfBytes : inPlace;
      side.add(cost.copiedBytes());
    }
  }

  private static Flux<int[]> inputs(int[] numbers, int count) {
    return Flux.range(0, count).map(each -> numbers);
  }

  private static Invocation copied(int[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(numbers);
    return Invocation.of("echo", bytes.array());
  }

  private static int[] numbers(Reply reply) {
    ByteBuffer bytes = ByteBuffer.wrap(reply.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    int[] numbers = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(numbers);
    return numbers;
  }

  /** Looks at the last number of each reply, which costs nothing beside the crossing. */
  static void check(Flux<int[]> replies, int[] numbers, int count, Duration limit) {
    int last = numbers.length - 1;
    Flux<int[]> rightOnes =
        replies.filter(each -> each.length == numbers.length && each[last] == numbers[last]);
    long right = Peer.count("a stream of arrays", rightOnes, limit);
    if (right != count) {
      throw new IllegalStateException(right + " right replies of " + count);
    }
  }

  private static Load load(int count, Runnable run) {
    return new Load() {
      @Override
      public int invocations() {
        return count;
      }

      @Override
      public long run() {
        long start = System.nanoTime();
        run.run();
        return System.nanoTime() - start;
      }
    };
  }

  private static double allocated(Load load) throws Exception {
    long before = AllocatedBytes.now();
    load.run();
    long after = AllocatedBytes.now();
    return (double) (after - before) / load.invocations();
  }
}
