package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The room in a pool's inboxes, counted exactly: one permit for each invocation that waits. Closing
 * stops the granting in the same atomic, so that nothing slips in after it.
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

  /** Takes one permit; answers whether there was one and the pool is open. */
  boolean tryAcquire() {
    while (true) {
      int seen = state.get();
      if (seen < 0 || seen == capacity) {
        return false;
      }
      if (state.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
  }

  /** Gives one back. Answers whether there are none left in a closed pool: all is drained. */
  boolean release() {
    return state.decrementAndGet() == CLOSED;
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
