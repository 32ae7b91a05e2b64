package io.millrace.memory;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits at which address of a shared memory, first come first served.
 *
 * <pre>
 *             notify          (under the stripe's lock)
 *   WAITING ----------> NOTIFIED      answers 0, even if it is late or interrupted
 *      |
 *      +--------------> WITHDRAWN     answers 2, or throws InterruptedException
 *        tryWithdraw          (under the stripe's lock)
 * </pre>
 *
 * <table>
 *   <caption>Access modes</caption>
 *   <tr><th>field</th><th>read</th><th>write</th><th>guard of writes</th></tr>
 *   <tr><td>Waiter.state</td><td>volatile by its owner</td><td>volatile</td><td>stripe</td></tr>
 *   <tr><td>links, head, tail</td><td>plain</td><td>plain</td><td>stripe; those taken off belong to
 *       the notifier</td></tr>
 *   <tr><td>the guest's value</td><td>volatile, under the stripe's lock</td><td>by guests</td>
 *       <td>none</td></tr>
 * </table>
 *
 * <p>No wake-up is lost: a waiter compares the value and joins the queue under one lock, and a
 * notifier stores the value before it takes that lock. So either the waiter sees the new value, or
 * the notifier sees the waiter. No wake-up is stolen: a notification is given to a waiter, not left
 * for whoever comes by.
 *
 * <p>Addresses are spread over stripes, each with one chain of waiters, as in Linux's futex. A
 * notify costs one lock and a walk over the stripe's waiters, of which there are at most as many as
 * there are threads. Nothing is kept for an address at which nobody waits.
 */
final class WaiterQueues {

  static final int OK = 0;
  static final int NOT_EQUAL = 1;
  static final int TIMED_OUT = 2;

  private static final int STRIPES = 64;

  private final Stripe[] stripes = new Stripe[STRIPES];
  private final BooleanSupplier mayBlock;

  WaiterQueues(BooleanSupplier mayBlock) {
    this.mayBlock = mayBlock;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  /**
   * Waits at {@code address} if {@code equal} holds, which is asked under the lock.
   *
   * @param timeoutNanos negative is for ever
   */
  int await(int address, BooleanSupplier equal, long timeoutNanos) throws InterruptedException {
    Thread thread = Thread.currentThread();
    if (!mayBlock.getAsBoolean()) {
      throw new IllegalStateException(
          "thread " + thread.getName() + " may not block: run what waits on a worker's thread");
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    long startNanos = System.nanoTime();
    Stripe stripe = stripe(address);
    Waiter waiter = new Waiter(address, thread);
    synchronized (stripe) {
      if (!equal.getAsBoolean()) {
        return NOT_EQUAL;
      }
      if (timeoutNanos == 0) {
        return TIMED_OUT;
      }
      stripe.append(waiter);
    }
    try {
      while (waiter.state == State.WAITING) {
        if (Thread.interrupted()) {
          if (stripe.tryWithdraw(waiter)) {
            throw new InterruptedException();
          }
          thread.interrupt();
        } else if (timeoutNanos < 0) {
          LockSupport.park(this);
        } else {
          long leftNanos = timeoutNanos - (System.nanoTime() - startNanos);
          if (leftNanos > 0) {
            LockSupport.parkNanos(this, leftNanos);
          } else if (stripe.tryWithdraw(waiter)) {
            return TIMED_OUT;
          }
        }
      }
      return OK;
    } finally {
      // A stack overflow while parking must not leave a dead waiter that swallows a wake-up.
      if (waiter.state == State.WAITING) {
        stripe.tryWithdraw(waiter);
      }
    }
  }

  /** Wakes the {@code count} (unsigned) that wait longest at {@code address}. */
  int notify(int address, int count) {
    Stripe stripe = stripe(address);
    Waiter first = null;
    Waiter last = null;
    int woken = 0;
    synchronized (stripe) {
      Waiter at = stripe.head;
      // counting up from 0, "not equal" reads the count as unsigned
      while (at != null && woken != count) {
        Waiter next = at.next;
        if (at.address == address) {
          stripe.unlink(at);
          at.state = State.NOTIFIED;
          if (last == null) {
            first = at;
          } else {
            last.next = at;
          }
          last = at;
          woken++;
        }
        at = next;
      }
    }
    // outside the lock, which the woken may want at once
    for (Waiter at = first; at != null; at = at.next) {
      LockSupport.unpark(at.thread);
    }
    return woken;
  }

  /** How many wait at {@code address} just now. */
  int waitersAt(int address) {
    return stripe(address).count(address);
  }

  /** How many nodes are kept in all. */
  int waiters() {
    int count = 0;
    for (Stripe stripe : stripes) {
      count += stripe.count(null);
    }
    return count;
  }

  private Stripe stripe(int address) {
    // Fibonacci hashing: guests' locks tend to lie at multiples of 16 or 64 bytes.
    return stripes[(address * 0x9E3779B9) >>> 26];
  }

  private enum State {
    WAITING,
    NOTIFIED,
    WITHDRAWN
  }

  private static final class Waiter {

    final int address;
    final Thread thread;
    volatile State state = State.WAITING;
    @Nullable Waiter previous;
    @Nullable Waiter next;

    Waiter(int address, Thread thread) {
      this.address = address;
      this.thread = thread;
    }
  }

  /** A chain in order of arrival; its monitor is the lock. */
  private static final class Stripe {

    @Nullable Waiter head;
    @Nullable Waiter tail;

    void append(Waiter waiter) {
      waiter.previous = tail;
      if (tail == null) {
        head = waiter;
      } else {
        tail.next = waiter;
      }
      tail = waiter;
    }

    void unlink(Waiter waiter) {
      if (waiter.previous == null) {
        head = waiter.next;
      } else {
        waiter.previous.next = waiter.next;
      }
      if (waiter.next == null) {
        tail = waiter.previous;
      } else {
        waiter.next.previous = waiter.previous;
      }
      waiter.previous = null;
      waiter.next = null;
    }

    /** Whether the waiter was still waiting; if not, it was notified. */
    synchronized boolean tryWithdraw(Waiter waiter) {
      if (waiter.state != State.WAITING) {
        return false;
      }
      unlink(waiter);
      waiter.state = State.WITHDRAWN;
      return true;
    }

    synchronized int count(@Nullable Integer address) {
      int count = 0;
      for (Waiter at = head; at != null; at = at.next) {
        if (address == null || at.address == address) {
          count++;
        }
      }
      return count;
    }
  }
}
