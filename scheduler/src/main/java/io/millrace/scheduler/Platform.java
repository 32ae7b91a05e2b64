package io.millrace.scheduler;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What the scheduler asks of the machine: the time, sleep, and threads. Nothing else of it is
 * touched, so that a test can put a simulated machine underneath and replay a schedule.
 */
interface Platform {

  /** The JVM's own clock and threads. */
  Platform SYSTEM = new SystemPlatform();

  /** For {@link #park}: until woken. */
  long FOR_EVER = Long.MAX_VALUE;

  long nanoTime();

  /** Sleeps until woken, interrupted, or for so long; may return early for no reason. */
  void park(Object blocker, long nanos);

  void unpark(Thread thread);

  void interrupt(Thread thread);

  /** A daemon thread, not started. */
  Thread thread(Runnable body, String name, long stackBytes);

  void start(Thread thread);

  /** Whether a thread was started and has ended. */
  boolean hasEnded(Thread thread);

  /** Waits for a thread's end, for so long; answers whether it has ended. */
  boolean join(Thread thread, long nanos) throws InterruptedException;

  /** Within a loop that waits for another thread's next few instructions. */
  void onSpinWait();

  /** Lets another thread run. */
  void yieldNow();

  /**
   * Marks a place between two steps that another thread must be able to come between. Nothing, but
   * for a simulated machine.
   */
  void interleave();

  /** The real one. */
  final class SystemPlatform implements Platform {

    private SystemPlatform() {}

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public void park(Object blocker, long nanos) {
      if (nanos == FOR_EVER) {
        LockSupport.park(blocker);
      } else {
        LockSupport.parkNanos(blocker, nanos);
      }
    }

    @Override
    public void unpark(Thread thread) {
      LockSupport.unpark(thread);
    }

    @Override
    public void interrupt(Thread thread) {
      thread.interrupt();
    }

    @Override
    public Thread thread(Runnable body, String name, long stackBytes) {
      // Neither thread-locals nor the class loader of whoever happens to call first.
      Thread thread = new Thread(null, body, name, stackBytes, false);
      thread.setContextClassLoader(Platform.class.getClassLoader());
      thread.setDaemon(true);
      return thread;
    }

    @Override
    public void start(Thread thread) {
      thread.start();
    }

    @Override
    public boolean hasEnded(Thread thread) {
      return thread.getState() == Thread.State.TERMINATED;
    }

    @Override
    public boolean join(Thread thread, long nanos) throws InterruptedException {
      TimeUnit.NANOSECONDS.timedJoin(thread, nanos);
      return hasEnded(thread); // one that is about to start is not alive either
    }

    @Override
    public void onSpinWait() {
      Thread.onSpinWait();
    }

    @Override
    public void interleave() {}

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // an idle strategy's own choice
    public void yieldNow() {
      Thread.yield();
    }
  }
}
