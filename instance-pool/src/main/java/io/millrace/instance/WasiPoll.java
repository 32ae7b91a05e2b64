package io.millrace.instance;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.Memory;
import java.util.concurrent.TimeUnit;

/**
 * poll_oneoff: sleeps until the first clock subscription is due. Standard input, output and error
 * are always ready; other descriptors do not exist. An interrupt ends the sleep and the guest.
 *
 * <pre>
 *   subscription, 48 bytes: userdata u64 @0, tag u8 @8; clock: id u32 @16, timeout u64 @24, flags u16 @40
 *                           fd: descriptor u32 @16
 *   event, 32 bytes:        userdata u64 @0, errno u16 @8, tag u8 @10
 * </pre>
 */
final class WasiPoll {

  private static final int BADF = 8;
  private static final int INVAL = 28;
  private static final int SUBSCRIPTION_BYTES = 48;
  private static final int EVENT_BYTES = 32;
  private static final int HIGHEST_SUBSCRIPTIONS = 1024;
  private static final int TAG_CLOCK = 0;
  private static final int FLAG_ABSOLUTE = 1;

  private WasiPoll() {}

  static int oneoff(Memory memory, long[] args) {
    int in = (int) args[0];
    int out = (int) args[1];
    long count = args[2] & 0xFFFF_FFFFL;
    if (count == 0 || count > HIGHEST_SUBSCRIPTIONS) {
      return INVAL;
    }
    long start = System.nanoTime();
    long[] dueNanos = new long[(int) count];
    long shortest = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      dueNanos[i] = dueNanos(memory, in + i * SUBSCRIPTION_BYTES);
      shortest = Math.min(shortest, dueNanos[i]);
    }
    sleep(shortest);
    long passed = Math.max(shortest, System.nanoTime() - start);
    int events = 0;
    for (int i = 0; i < count; i++) {
      if (dueNanos[i] <= passed) {
        writeEvent(memory, in + i * SUBSCRIPTION_BYTES, out + events * EVENT_BYTES);
        events++;
      }
    }
    memory.writeI32((int) args[3], events);
    return 0;
  }

  /** Nanoseconds from now until the subscription is due; 0 for a descriptor. */
  private static long dueNanos(Memory memory, int subscription) {
    if (memory.read(subscription + 8) != TAG_CLOCK) {
      return 0;
    }
    int clock = memory.readInt(subscription + 16);
    long timeout = memory.readLong(subscription + 24);
    boolean absolute = (memory.readShort(subscription + 40) & FLAG_ABSOLUTE) != 0;
    if (clock != WasiClock.REALTIME && clock != WasiClock.MONOTONIC) {
      return 0;
    }
    if (timeout < 0) {
      // An unsigned figure beyond 292 years.
      return Long.MAX_VALUE;
    }
    return absolute ? Math.max(0, timeout - WasiClock.nanos(clock)) : timeout;
  }

  private static void sleep(long nanos) {
    if (nanos == 0) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ChicoryInterruptedException("interrupted in poll_oneoff");
    }
  }

  private static void writeEvent(Memory memory, int subscription, int event) {
    byte tag = memory.read(subscription + 8);
    int errno = 0;
    if (tag == TAG_CLOCK) {
      int clock = memory.readInt(subscription + 16);
      errno = clock == WasiClock.REALTIME || clock == WasiClock.MONOTONIC ? 0 : INVAL;
    } else if (Integer.compareUnsigned(memory.readInt(subscription + 16), 2) > 0) {
      errno = BADF;
    }
    memory.writeLong(event, memory.readLong(subscription));
    memory.writeLong(event + 8, errno | (tag & 0xFFL) << 16);
    memory.writeLong(event + 16, 0);
    memory.writeLong(event + 24, 0);
  }
}
