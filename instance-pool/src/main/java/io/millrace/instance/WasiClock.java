package io.millrace.instance;

import io.millrace.instance.GuestClock.Fixed;
import io.millrace.instance.GuestClock.Manual;
import io.millrace.instance.GuestClock.Real;
import io.millrace.instance.GuestClock.Stepping;
import io.millrace.memory.LinearMemory;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** One instance's clocks, by their WASI numbers, and its sleep. */
final class WasiClock {

  static final int REALTIME = 0;
  static final int MONOTONIC = 1;

  /**
   * The monotonic clock counts from here, so that it does not tell how long the host has been up.
   */
  private static final long HOST_START_NANOS = System.nanoTime();

  private final GuestClock clock;
  private long steppedNanos;

  WasiClock(GuestClock clock) {
    this.clock = clock;
  }

  static boolean exists(long id) {
    return id == REALTIME || id == MONOTONIC;
  }

  static Errno resolution(WasiContext wasi, LinearMemory memory, long[] args) {
    if (!exists(args[0])) {
      return Errno.INVAL;
    }
    memory.putLong((int) args[1], args[0] == REALTIME ? 1_000 : 1);
    return Errno.SUCCESS;
  }

  static Errno time(WasiContext wasi, LinearMemory memory, long[] args) {
    if (!exists(args[0])) {
      return Errno.INVAL;
    }
    memory.putLong((int) args[2], wasi.clock().read((int) args[0]));
    return Errno.SUCCESS;
  }

  /** What a clock shows, as one reading of it. */
  long read(int id) {
    long shown = look(id);
    if (clock instanceof Stepping stepping) {
      forward(stepping.step().toNanos());
    }
    return shown;
  }

  /** What a clock shows, without a reading. */
  long look(int id) {
    if (clock instanceof Fixed fixed) {
      return since(id, fixed.startNanos(), 0);
    }
    if (clock instanceof Stepping stepping) {
      return since(id, stepping.startNanos(), steppedNanos);
    }
    if (clock instanceof Manual manual) {
      return since(id, manual.startNanos(), manual.passedNanos());
    }
    if (id == MONOTONIC) {
      return System.nanoTime() - HOST_START_NANOS;
    }
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  private static long since(int id, long startNanos, long passedNanos) {
    return id == MONOTONIC ? passedNanos + 1 : startNanos + passedNanos;
  }

  /**
   * Lets so much time pass on this clock, and answers how much it was: on a real clock it may be
   * more. An interrupt ends the guest.
   */
  long sleep(long nanos) {
    try {
      if (clock instanceof Real && nanos > 0) {
        long start = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(nanos);
        return Math.max(nanos, System.nanoTime() - start);
      }
      if (clock instanceof Manual manual) {
        manual.await(nanos);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new HostSignal.Interrupted("poll_oneoff");
    }
    if (clock instanceof Stepping) {
      forward(nanos);
    }
    return nanos;
  }

  /** Up to the end of what 64 bits can show. */
  private void forward(long nanos) {
    long most = Math.max(0, Long.MAX_VALUE - 1 - ((Stepping) clock).startNanos());
    steppedNanos = nanos > most - steppedNanos ? most : steppedNanos + nanos;
  }

  long steppedNanos() {
    return steppedNanos;
  }

  void steppedNanos(long nanos) {
    steppedNanos = nanos;
  }
}
