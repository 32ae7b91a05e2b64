package io.millrace.cli;

/**
 * The largest amount of late: rises at once and sinks by a sixteenth with each smaller one. Written
 * by one thread, read by any.
 */
final class RecentMaximum {

  private volatile long value;

  RecentMaximum(long first) {
    value = first;
  }

  void add(long amount) {
    long before = value;
    long after = Math.max(amount, before - before / 16);
    if (after != before) {
      value = after;
    }
  }

  long get() {
    return value;
  }
}
