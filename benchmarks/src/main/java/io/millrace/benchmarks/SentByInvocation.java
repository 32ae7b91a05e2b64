package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Objects;

/**
 * When each invocation of a stream was sent whose replies come in any order: as many equal
 * invocations as may be under way take turns, and a reply names its own. For signals that come one
 * by one.
 */
final class SentByInvocation {

  private final IdentityHashMap<Invocation, Slot> slots = new IdentityHashMap<>();
  private final Deque<Slot> free = new ArrayDeque<>();

  private static final class Slot {

    private final Invocation invocation;
    private long sentNanos;

    Slot(Invocation invocation) {
      this.invocation = invocation;
    }
  }

  SentByInvocation(Invocation invocation, int inFlight) {
    for (int i = 0; i < inFlight; i++) {
      Slot slot = new Slot(Invocation.of(invocation.function(), invocation.payload()));
      slots.put(slot.invocation, slot);
      free.add(slot);
    }
  }

  /**
   * The next one to be sent, now.
   *
   * @throws java.util.NoSuchElementException when more are under way than may be
   */
  Invocation sent() {
    Slot slot = free.remove();
    slot.sentNanos = System.nanoTime();
    return slot.invocation;
  }

  /** Nanoseconds from sent to replied. */
  long nanos(Reply reply) {
    Slot slot = Objects.requireNonNull(slots.get(reply.invocation()), "a reply to nobody");
    free.add(slot);
    return System.nanoTime() - slot.sentNanos;
  }
}
