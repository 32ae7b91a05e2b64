package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.Random;

/**
 * In which order those take turns that are compared. It is drawn anew for each turn: in a fixed one
 * each would always follow the same other, whose garbage it collects and whose warm caches it gets,
 * and so it would in an order that only rotates. The seed is part of a run's results, and given
 * again it draws the same orders.
 */
final class Turns {

  private static volatile long seed = 1;

  private final Random random = new Random(seed);
  private final int[] order;

  Turns(int count) {
    order = new int[count];
    Arrays.setAll(order, i -> i);
  }

  /** Chosen once for the process, by the command. */
  static void choose(long chosen) {
    seed = chosen;
  }

  static long seed() {
    return seed;
  }

  /** Numbers from 0, each once. */
  int[] next() {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int moved = order[i];
      order[i] = order[other];
      order[other] = moved;
    }
    return order.clone();
  }
}
