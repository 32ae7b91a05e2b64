package io.millrace.benchmarks.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A wait and a notify that meet. Results of the wait: 0 woken, 1 not equal, 2 timed out. */
public class WaitNotifyStress {

  private static final long LONG_NANOS = 10_000_000_000L;
  private static final long SHORT_NANOS = 5_000L;

  /** The wait as a lock does it: the other one stores, plainly, and notifies. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "It waited and was woken.")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "It saw the store and did not wait.")
  @Outcome(
      id = "2, 0",
      expect = FORBIDDEN,
      desc = "The waiter saw the old value, the notifier saw no waiter: the wake-up was lost.")
  @Outcome(expect = FORBIDDEN, desc = "The count and the answer do not tell the same story.")
  @State
  public static class StoreAndNotify {
    private final int slot = Slots.next();

    /** Waits while the slot is 0. */
    @Actor
    public void waiter(II_Result result) {
      result.r1 = await(slot, LONG_NANOS);
    }

    /** Stores 1 and notifies. */
    @Actor
    public void notifier(II_Result result) {
      Slots.MEMORY.putInt(slot, 1);
      result.r2 = Slots.MEMORY.notify(slot, 1);
    }
  }

  /** A notify that comes at about the moment of the timeout. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Woken, and counted.")
  @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "Timed out, and not counted.")
  @Outcome(
      id = "2, 1",
      expect = FORBIDDEN,
      desc = "The notification was spent on a waiter that had given up: another one sleeps on.")
  @Outcome(expect = FORBIDDEN, desc = "The waiter was woken by nobody.")
  @State
  public static class TimeoutAgainstNotify {
    private final int slot = Slots.next();

    /** Waits for a moment. */
    @Actor
    public void waiter(II_Result result) {
      result.r1 = await(slot, SHORT_NANOS);
    }

    /** Notifies. */
    @Actor
    public void notifier(II_Result result) {
      result.r2 = Slots.MEMORY.notify(slot, 1);
    }
  }

  private static int await(int slot, long timeoutNanos) {
    try {
      return Slots.MEMORY.waitInt(slot, 0, timeoutNanos);
    } catch (InterruptedException unexpected) {
      return -1;
    }
  }
}
