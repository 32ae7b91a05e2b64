package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Whom an interrupt of a worker's thread hits: the run that it was meant for, or nobody.
 *
 * <pre>
 *            begin(id)                 tryInterrupt(id)
 *   IDLE ---------------> RUNNING(id) ------------------> INTERRUPTING(id)
 *    ^                      |                                 | Thread.interrupt()
 *    |   end(id), CAS wins  |                                 v
 *    +----------------------+                            INTERRUPTED(id)
 *    |   end(id), CAS loses: waits for INTERRUPTED, clears the flag  |
 *    +---------------------------------------------------------------+
 * </pre>
 *
 * <table>
 *   <caption>Access to {@code state}</caption>
 *   <tr><th>who</th><th>mode</th></tr>
 *   <tr><td>worker, begin</td><td>volatile write; no one else writes while IDLE</td></tr>
 *   <tr><td>worker, end</td><td>compare-and-set from RUNNING(id); loser spins on volatile reads</td></tr>
 *   <tr><td>watchdog, canceller</td><td>compare-and-set from RUNNING(id), then a volatile write</td></tr>
 * </table>
 */
final class RunState {

  private static final long IDLE = 0;
  private static final int RUNNING = 1;
  private static final int INTERRUPTING = 2;
  private static final int INTERRUPTED = 3;
  private static final int PHASE_BITS = 2;

  private final Thread thread;
  private final AtomicLong state = new AtomicLong(IDLE);

  RunState(Thread thread) {
    this.thread = thread;
  }

  /**
   * Worker's thread only. A flag that a subscriber left behind is cleared: it is not this run's.
   */
  void begin(long id) {
    Thread.interrupted();
    state.set(of(id, RUNNING));
  }

  /**
   * Worker's thread only. Answers whether the run was interrupted; the thread's flag is clear
   * afterwards.
   */
  boolean end(long id) {
    if (state.compareAndSet(of(id, RUNNING), IDLE)) {
      return false;
    }
    // The interrupter is between its two writes, a few instructions long.
    while (state.get() != of(id, INTERRUPTED)) {
      Thread.onSpinWait();
    }
    Thread.interrupted();
    state.set(IDLE);
    return true;
  }

  /** Any thread. Interrupts run {@code id} if it still runs. */
  boolean tryInterrupt(long id) {
    if (!state.compareAndSet(of(id, RUNNING), of(id, INTERRUPTING))) {
      return false;
    }
    thread.interrupt();
    state.set(of(id, INTERRUPTED));
    return true;
  }

  /** Any thread. Interrupts whatever runs now. */
  boolean tryInterruptAny() {
    long seen = state.get();
    return (seen & INTERRUPTED) == RUNNING && tryInterrupt(seen >>> PHASE_BITS);
  }

  boolean isIdle() {
    return state.get() == IDLE;
  }

  private static long of(long id, int phase) {
    return id << PHASE_BITS | phase;
  }
}
