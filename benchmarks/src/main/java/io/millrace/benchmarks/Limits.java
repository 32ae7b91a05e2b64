package io.millrace.benchmarks;

import java.util.Random;
import org.jctools.queues.SpscArrayQueue;

/** What nothing can be faster than: a copy, and a message from one thread to another. */
final class Limits {

  private static final int BYTES = 1024;
  private static final int HOPS = 2_000_000;
  private static final int ROUND_TRIPS = 100_000;
  private static final int ROUNDS = 5;

  private Limits() {}

  static void measure(Figures figures) throws Exception {
    byte[] from = new byte[BYTES];
    byte[] to = new byte[BYTES];
    new Random(1).nextBytes(from);
    Work copy =
        () -> {
          System.arraycopy(from, 0, to, 0, BYTES);
          return to[BYTES / 2];
        };
    figures.put(
        "limit.memcpy1KiB.nanos", Rates.inTurn(ROUNDS, 50, 200, copy).each(0, rate -> 1e9 / rate));
    double[] hops = new double[ROUNDS];
    double[] trips = new double[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) { // the first one only warms up
      double hop = HOPS * 1e3 / hopNanos();
      double trip = (double) roundTripNanos() / ROUND_TRIPS;
      if (round >= 0) {
        hops[round] = hop;
        trips[round] = trip;
      }
    }
    figures.put("limit.spsc.millionsPerSecond", hops);
    figures.put("limit.spsc.roundTripNanos", trips);
  }

  /** As many messages as go through, one way. */
  private static long hopNanos() throws InterruptedException {
    SpscArrayQueue<Object> queue = new SpscArrayQueue<>(1024);
    Object message = new Object();
    Thread consumer = new Thread(() -> take(queue, HOPS), "consumer");
    long start = System.nanoTime();
    consumer.start();
    for (int i = 0; i < HOPS; i++) {
      offer(queue, message);
    }
    consumer.join();
    return System.nanoTime() - start;
  }

  /** One message, to another thread that spins and back. */
  private static long roundTripNanos() throws InterruptedException {
    SpscArrayQueue<Object> there = new SpscArrayQueue<>(2);
    SpscArrayQueue<Object> back = new SpscArrayQueue<>(2);
    Object message = new Object();
    Thread other =
        new Thread(
            () -> {
              for (int i = 0; i < ROUND_TRIPS; i++) {
                take(there, 1);
                offer(back, message);
              }
            },
            "other");
    other.start();
    long start = System.nanoTime();
    for (int i = 0; i < ROUND_TRIPS; i++) {
      offer(there, message);
      take(back, 1);
    }
    long nanos = System.nanoTime() - start;
    other.join();
    return nanos;
  }

  private static void offer(SpscArrayQueue<Object> queue, Object message) {
    while (!queue.offer(message)) {
      Thread.onSpinWait();
    }
  }

  private static void take(SpscArrayQueue<Object> queue, int count) {
    for (int taken = 0; taken < count; ) {
      if (queue.poll() == null) {
        Thread.onSpinWait();
      } else {
        taken++;
      }
    }
  }
}
