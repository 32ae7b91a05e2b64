package io.millrace.instance;

import io.millrace.memory.LinearMemory;

/**
 * poll_oneoff: sleeps until the first clock subscription is due. Standard input, output and error
 * and open files are always ready. An interrupt ends the sleep and the guest.
 *
 * <pre>
 *   subscription, 48 bytes: userdata u64 @0, tag u8 @8; clock: id u32 @16, timeout u64 @24, flags u16 @40
 *                           fd: descriptor u32 @16
 *   event, 32 bytes:        userdata u64 @0, errno u16 @8, tag u8 @10
 * </pre>
 */
final class WasiPoll {

  private static final int SUBSCRIPTION_BYTES = 48;
  private static final int EVENT_BYTES = 32;
  private static final int HIGHEST_SUBSCRIPTIONS = 1024;
  private static final int TAG_CLOCK = 0;
  private static final int FLAG_ABSOLUTE = 1;

  private WasiPoll() {}

  static Errno oneoff(WasiContext wasi, LinearMemory memory, long[] args) {
    int in = (int) args[0];
    int out = (int) args[1];
    long count = args[2] & 0xFFFF_FFFFL;
    if (count == 0 || count > HIGHEST_SUBSCRIPTIONS) {
      return Errno.INVAL;
    }
    long[] dueNanos = new long[(int) count];
    long shortest = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      dueNanos[i] = dueNanos(wasi.clock(), memory, in + i * SUBSCRIPTION_BYTES);
      shortest = Math.min(shortest, dueNanos[i]);
    }
    long passed = wasi.clock().sleep(shortest);
    int events = 0;
    for (int i = 0; i < count; i++) {
      if (dueNanos[i] <= passed) {
        putEvent(wasi, memory, in + i * SUBSCRIPTION_BYTES, out + events * EVENT_BYTES);
        events++;
      }
    }
    memory.putInt((int) args[3], events);
    return Errno.SUCCESS;
  }

  /** Nanoseconds from now until the subscription is due; 0 for a descriptor. */
  private static long dueNanos(WasiClock clock, LinearMemory memory, int subscription) {
    if (memory.getByte(subscription + 8) != TAG_CLOCK) {
      return 0;
    }
    int id = memory.getInt(subscription + 16);
    long timeout = memory.getLong(subscription + 24);
    boolean absolute = (memory.getShort(subscription + 40) & FLAG_ABSOLUTE) != 0;
    if (!WasiClock.exists(id)) {
      return 0;
    }
    if (timeout < 0) {
      // An unsigned figure beyond 292 years.
      return Long.MAX_VALUE;
    }
    return absolute ? Math.max(0, timeout - clock.look(id)) : timeout;
  }

  private static void putEvent(WasiContext wasi, LinearMemory memory, int subscription, int event) {
    byte tag = memory.getByte(subscription + 8);
    int which = memory.getInt(subscription + 16);
    Errno errno = Errno.SUCCESS;
    if (tag == TAG_CLOCK) {
      errno = WasiClock.exists(which) ? Errno.SUCCESS : Errno.INVAL;
    } else if (!WasiDescriptors.isStandard(which) && !wasi.files().isOpen(which)) {
      errno = Errno.BADF;
    }
    memory.putLong(event, memory.getLong(subscription));
    memory.putLong(event + 8, errno.number() | (tag & 0xFFL) << 16);
    memory.putLong(event + 16, 0);
    memory.putLong(event + 24, 0);
  }
}
