package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one slot's worker counts. Written by that worker alone, so without contended atomics; read
 * by anybody. The places lie in the middle of an array of their own, away from what others write.
 */
final class Tally {

  private static final int PAD = 16;
  private static final int BEGUN = PAD;
  private static final int COMPLETED = PAD + 1;
  private static final int FAILED = PAD + 2;
  private static final int BUSY_NANOS = PAD + 3;
  private static final int MEAN_SERVICE_NANOS = PAD + 4;
  private static final int WIDTH = MEAN_SERVICE_NANOS + PAD;

  private static final int MEAN_SHIFT = 4;

  private final AtomicLongArray places = new AtomicLongArray(WIDTH);

  /** A full fence: what follows is not done before others can see this. */
  void countBegun() {
    places.set(BEGUN, places.getPlain(BEGUN) + 1);
  }

  /** Before its answer can be seen. */
  void countRun(boolean completed, long serviceNanos) {
    add(completed ? COMPLETED : FAILED, 1);
    countService(serviceNanos);
  }

  /** The worker's time, whoever answered. */
  void countService(long serviceNanos) {
    add(BUSY_NANOS, serviceNanos);
    long mean = places.getPlain(MEAN_SERVICE_NANOS);
    long change = (serviceNanos - mean) >> MEAN_SHIFT;
    places.setOpaque(MEAN_SERVICE_NANOS, mean == 0 ? serviceNanos : mean + change);
  }

  /** Somebody else has answered it. */
  void uncountAnswer(boolean completed) {
    add(completed ? COMPLETED : FAILED, -1);
  }

  private void add(int place, long amount) {
    places.setOpaque(place, places.getPlain(place) + amount);
  }

  long begun() {
    return places.get(BEGUN);
  }

  long completed() {
    return places.getOpaque(COMPLETED);
  }

  long failed() {
    return places.getOpaque(FAILED);
  }

  long busyNanos() {
    return places.getOpaque(BUSY_NANOS);
  }

  /** Of late: each run counts for a sixteenth. 0 before the first. */
  long meanServiceNanos() {
    return places.getOpaque(MEAN_SERVICE_NANOS);
  }
}
