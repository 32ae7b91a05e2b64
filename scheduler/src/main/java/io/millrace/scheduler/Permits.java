package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The room in a pool's inboxes, counted exactly: one permit for each invocation that waits and for
 * each that an upstream was asked for. Closing stops the granting in the same atomic, so that
 * nothing slips in after it.
 *
 * <pre>
 *   bit 31: closed   bits 30..0: permits taken
 * </pre>
 *
 * <p>All methods: any thread, lock-free.
 */
final class Permits {

  private static final int CLOSED = 0x8000_0000;

  private final int capacity;
  private final AtomicInteger state = new AtomicInteger();

  Permits(int capacity) {
    this.capacity = capacity;
  }

  /** Takes up to {@code wanted} permits and answers how many; 0 when full or closed. */
  int tryAcquire(int wanted) {
    while (true) {
      int seen = state.get();
      int granted = seen < 0 ? 0 : Math.min(wanted, capacity - seen);
      if (granted == 0 || state.compareAndSet(seen, seen + granted)) {
        return granted;
      }
    }
  }

  /** Gives permits back. Answers whether there are none left in a closed pool: all is drained. */
  boolean release(int permits) {
    return state.addAndGet(-permits) == CLOSED;
  }

  boolean tryClose() {
    return (state.getAndUpdate(seen -> seen | CLOSED) & CLOSED) == 0;
  }

  boolean isClosed() {
    return state.get() < 0;
  }

  boolean isDrained() {
    return state.get() == CLOSED;
  }

  int taken() {
    return state.get() & ~CLOSED;
  }

  int capacity() {
    return capacity;
  }
}
