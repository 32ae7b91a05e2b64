package io.millrace.instance;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * What a guest's clocks show. A guest has two: one of the date, and a monotonic one, which counts
 * from 1 ns at the clock's start, since some runtimes take 0 for a broken clock.
 */
public sealed interface GuestClock {

  /** The host's clocks; a guest that sleeps occupies its worker for so long. The default. */
  record Real() implements GuestClock {}

  /**
   * A clock that stands. A guest that sleeps goes on at once.
   *
   * @param instant what it shows; from 1970 to 2262
   */
  record Fixed(Instant instant) implements GuestClock {

    /** Checks the range. */
    public Fixed {
      GuestClock.epochNanos(instant);
    }

    long startNanos() {
      return GuestClock.epochNanos(instant);
    }
  }

  /**
   * A clock that goes on by a fixed step at each reading, for repeatable runs. Each instance has
   * its own, which a reset sets back. A guest that sleeps goes on at once, with its clock set
   * forward by as much.
   *
   * @param start what the first reading shows; from 1970 to 2262
   * @param step between two readings; 0 or longer
   */
  record Stepping(Instant start, Duration step) implements GuestClock {

    /** Checks the ranges. */
    public Stepping {
      GuestClock.epochNanos(start);
      if (step.isNegative() || step.compareTo(Duration.ofDays(365)) > 0) {
        throw new IllegalArgumentException(
            "step is " + step + ": it must lie between nothing and 365 days");
      }
    }

    long startNanos() {
      return GuestClock.epochNanos(start);
    }
  }

  /**
   * A clock that its owner sets forward, one for all instances of the pools that were given it: no
   * reset sets it back. A guest that sleeps occupies its worker until the clock has come so far, or
   * the invocation's deadline. Safe for use by several threads.
   */
  final class Manual implements GuestClock {

    private final long startNanos;
    private long passedNanos;

    /** Shows {@code start}, from 1970 to 2262, until it is set forward. */
    public Manual(Instant start) {
      startNanos = GuestClock.epochNanos(start);
    }

    /** Sets the clock forward, and wakes guests whose time has come. */
    public synchronized void advance(Duration by) {
      if (by.isNegative()) {
        throw new IllegalArgumentException("a clock cannot be set back by " + by.negated());
      }
      passedNanos = Math.addExact(passedNanos, by.toNanos());
      Math.addExact(startNanos, passedNanos);
      notifyAll();
    }

    long startNanos() {
      return startNanos;
    }

    synchronized long passedNanos() {
      return passedNanos;
    }

    synchronized void await(long nanos) throws InterruptedException {
      long due = nanos > Long.MAX_VALUE - passedNanos ? Long.MAX_VALUE : passedNanos + nanos;
      while (passedNanos < due) {
        wait();
      }
    }
  }

  /** Nanoseconds since 1970, as WASI counts. */
  private static long epochNanos(Instant instant) {
    Objects.requireNonNull(instant, "instant");
    long nanos;
    try {
      nanos =
          Math.addExact(
              Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
    } catch (ArithmeticException tooFar) {
      nanos = -1;
    }
    if (nanos < 0) {
      throw new IllegalArgumentException(
          "instant is " + instant + ": it must lie between 1970 and 2262");
    }
    return nanos;
  }
}
