package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The room in a pool, counted exactly: invocations that were accepted and have neither begun nor
 * been abandoned. Closing stops the granting in the same atomic, so that nothing slips in after it.
 *
 * <p>What has departed is counted by each worker for itself, in a place that nobody else writes: so
 * a worker gives room back without a contended atomic. Such counts only grow, and one that is read
 * late is too low; so a submitter that goes by what it read admits too few, never too many.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>accepted; bit 63: closed</td><td>compare-and-set, any thread</td></tr>
 *   <tr><td>abandoned</td><td>atomic add, any thread</td></tr>
 *   <tr><td>a slot's begun</td><td>volatile write by its worker only; volatile read</td></tr>
 *   <tr><td>knownDeparted</td><td>racy: any value ever computed is a lower bound</td></tr>
 * </table>
 */
final class Admission {

  private static final long CLOSED = Long.MIN_VALUE;

  private final int capacity;
  private final Slot[] slots;
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong abandoned = new AtomicLong();
  private final AtomicLong knownDeparted = new AtomicLong();

  Admission(int capacity, Slot[] slots) {
    this.capacity = capacity;
    this.slots = slots;
  }

  /** Takes room for one invocation; answers whether there was some and the pool is open. */
  boolean tryAcquire() {
    return tryAcquire(1) == 1;
  }

  /** Takes room for up to {@code most} invocations; answers for how many. */
  int tryAcquire(int most) {
    return tryAcquire(most, capacity);
  }

  /** The same, as long as no more than {@code limit} wait, which is at most the capacity. */
  int tryAcquire(int most, int limit) {
    while (true) {
      long seen = accepted.get();
      if (seen < 0) {
        return 0;
      }
      long room = limit - (seen - knownDeparted.getOpaque());
      if (room < most) {
        room = limit - (seen - departed());
        if (room <= 0) {
          return 0; // it was so full when the counts were looked at
        }
      }
      int granted = (int) Math.min(most, room);
      if (accepted.compareAndSet(seen, seen + granted)) {
        return granted;
      }
    }
  }

  /** One that waited was taken away by somebody who is not its worker. Any thread. */
  void abandoned() {
    abandoned.incrementAndGet();
  }

  private long departed() {
    long sum = abandoned.get();
    for (Slot slot : slots) {
      sum += slot.begun();
    }
    knownDeparted.setOpaque(sum);
    return sum;
  }

  /** Answers whether this caller closed it. */
  boolean tryClose() {
    return (accepted.getAndUpdate(seen -> seen | CLOSED) & CLOSED) == 0;
  }

  boolean isClosed() {
    return accepted.get() < 0;
  }

  /** Closed, and nothing waits any more. Stays so. */
  boolean isDrained() {
    long seen = accepted.get();
    return seen < 0 && (seen & ~CLOSED) == departed();
  }

  /** How many were ever accepted. */
  long accepted() {
    return accepted.get() & ~CLOSED;
  }

  /** An estimate: never more than the capacity, and exact while nothing moves. */
  int waiting() {
    long seen = accepted.get() & ~CLOSED;
    return (int) Math.max(0, seen - departed());
  }

  /** The same without a look at what each worker counts: it may be far too much. */
  int waitingAtMost() {
    long seen = accepted.get() & ~CLOSED;
    return (int) Math.min(capacity, seen - knownDeparted.getOpaque());
  }

  int capacity() {
    return capacity;
  }
}
