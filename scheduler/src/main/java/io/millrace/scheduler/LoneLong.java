package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A number on cache lines of its own: some thread asks for it all the time, and what lies beside it
 * is written all the time by others.
 */
final class LoneLong {

  /** Two lines of 64 bytes, since processors fetch them in pairs. */
  private static final int PAD = 16;

  private final AtomicLongArray places = new AtomicLongArray(2 * PAD + 1);

  long get() {
    return places.get(PAD);
  }

  void set(long value) {
    places.set(PAD, value);
  }

  boolean compareAndSet(long expected, long value) {
    return places.compareAndSet(PAD, expected, value);
  }
}
