package io.millrace.benchmarks.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Growth of a shared memory while another thread looks. */
public class GrowthStress {

  /** A memory of its own for each state; growth cannot be undone. */
  public abstract static class Growable {

    final SharedLinearMemory memory = new SharedLinearMemory(new PageLimits(0, 2));

    /** jcstress limits its states by the heap they take; this shows it what is outside the heap. */
    final byte[] ballast = new byte[2 * PageLimits.PAGE_BYTES];
  }

  /** The grower stores into the new page and says so elsewhere. */
  @JCStressTest
  @Outcome(id = "1, 42", expect = ACCEPTABLE, desc = "Was told, and saw page and store.")
  @Outcome(
      id = {"0, -1", "0, 0", "0, 42"},
      expect = ACCEPTABLE,
      desc = "Was not told yet.")
  @Outcome(
      id = "1, -1",
      expect = FORBIDDEN,
      desc = "A thread that was told of the new page was refused there, for its stale size.")
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "The store into the new page was not seen.")
  @State
  public static class GrowStoreTell extends Growable {
    private final int told = Slots.next();

    /** Grows, stores, tells. */
    @Actor
    public void grower() {
      memory.grow(1);
      memory.putInt(8, 42);
      Slots.MEMORY.atomics().putInt(told, 1);
    }

    /** Is told, and loads. */
    @Actor
    public void reader(II_Result result) {
      result.r1 = Slots.MEMORY.atomics().getInt(told);
      try {
        result.r2 = memory.getInt(8);
      } catch (IndexOutOfBoundsException notYet) {
        result.r2 = -1;
      }
    }
  }

  /** Two growths at once. */
  @JCStressTest
  @Outcome(
      id = {"0, 1, 2", "1, 0, 2"},
      expect = ACCEPTABLE,
      desc = "One after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Two guests were given the same page as theirs.")
  @State
  public static class TwoGrowths extends Growable {

    /** One. */
    @Actor
    public void first(III_Result result) {
      result.r1 = memory.grow(1);
    }

    /** The other. */
    @Actor
    public void second(III_Result result) {
      result.r2 = memory.grow(1);
    }

    /** The size. */
    @Arbiter
    public void arbiter(III_Result result) {
      result.r3 = memory.pages();
    }
  }
}
