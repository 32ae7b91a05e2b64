package io.millrace.benchmarks;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jctools.queues.SpscArrayQueue;

/** What nothing can be faster than: a copy, and a message from one thread to another. */
final class Limits {

  private static final int BYTES = 1024;

  /** Copies that are timed as one: what calls them would be a fifth of what one takes. */
  static final int COPIES = 64;

  /** Each copy lies a cache line further, so that the JIT can leave none out. */
  private static final int STEP = 64;

  static final int COPIED_BYTES = BYTES + (COPIES - 1) * STEP;

  private static final int HOPS = 10_000_000;
  private static final int ROUND_TRIPS = 100_000;
  private static final int ROUNDS = 9;
  private static final int WARM_UP_MILLIS = 1_200;

  /**
   * So often whoever waits looks again before it leaves its core to others, some 40 us in all: a
   * thread that runs answers much sooner. On a single core the other one cannot run until then.
   */
  private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 1_000 : 0;

  private Limits() {}

  static void measure(Figures figures) throws Exception {
    byte[] from = new byte[COPIED_BYTES];
    new Random(1).nextBytes(from);
    Work copies = copies(from, new byte[COPIED_BYTES]);
    figures.putSteady(
        "limit.memcpy1KiB.nanos",
        Rates.inTurn(ROUNDS, 50, WARM_UP_MILLIS, copies).each(0, rate -> 1e9 / rate / COPIES));
    handOff(figures, HOPS, ROUND_TRIPS);
  }

  /** All of {@code from}, in copies of 1 KiB of which the next goes over most of the last. */
  static Work copies(byte[] from, byte[] to) {
    return () -> {
      for (int i = 0; i < COPIES; i++) {
        System.arraycopy(from, i * STEP, to, i * STEP, BYTES);
      }
      return to[COPIED_BYTES / 2];
    };
  }

  /** Through the fastest queue there is between threads, of one producer and one consumer. */
  static void handOff(Figures figures, int hops, int roundTrips) throws InterruptedException {
    warmUp(hops, roundTrips);
    int rounds = Effort.rounds(ROUNDS);
    double[] millions = new double[rounds];
    double[] nanos = new double[rounds];
    for (int round = 0; round < rounds; round++) { // in turn, as all that is compared
      millions[round] = hops * 1e3 / hopNanos(hops);
      nanos[round] = (double) roundTripNanos(roundTrips) / roundTrips;
    }
    figures.putSteady("limit.spsc.millionsPerSecond", millions);
    figures.putSteady("limit.spsc.roundTripNanos", nanos);
  }

  /** By time, and at least twice: what is compiled within a first loop is so for that loop only. */
  private static void warmUp(int hops, int roundTrips) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Effort.share(WARM_UP_MILLIS));
    for (int round = 0; round < 2 || System.nanoTime() < end; round++) {
      hopNanos(hops);
      roundTripNanos(roundTrips);
    }
  }

  /** As many messages as go through, one way. */
  private static long hopNanos(int hops) throws InterruptedException {
    SpscArrayQueue<Object> queue = new SpscArrayQueue<>(1024);
    Object message = new Object();
    Thread consumer = new Thread(() -> take(queue, hops), "consumer");
    long start = System.nanoTime();
    consumer.start();
    for (int i = 0; i < hops; i++) {
      offer(queue, message);
    }
    consumer.join();
    return System.nanoTime() - start;
  }

  /** One message, to another thread that spins and back. */
  private static long roundTripNanos(int trips) throws InterruptedException {
    SpscArrayQueue<Object> there = new SpscArrayQueue<>(2);
    SpscArrayQueue<Object> back = new SpscArrayQueue<>(2);
    Object message = new Object();
    Thread other =
        new Thread(
            () -> {
              for (int i = 0; i < trips; i++) {
                take(there, 1);
                offer(back, message);
              }
            },
            "other");
    other.start();
    long start = System.nanoTime();
    for (int i = 0; i < trips; i++) {
      offer(there, message);
      take(back, 1);
    }
    long nanos = System.nanoTime() - start;
    other.join();
    return nanos;
  }

  private static void offer(SpscArrayQueue<Object> queue, Object message) {
    for (int tries = 0; !queue.offer(message); tries++) {
      pause(tries);
    }
  }

  private static void take(SpscArrayQueue<Object> queue, int count) {
    int tries = 0;
    for (int taken = 0; taken < count; ) {
      if (queue.poll() == null) {
        pause(tries++);
      } else {
        taken++;
        tries = 0;
      }
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // only how fast it is hangs upon the yield
  private static void pause(int tries) {
    if (tries < SPINS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }
}
