package io.millrace.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.Map;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The room in a pool. */
public class AdmissionStress {

  private static Slot[] slots() {
    return new Slot[] {new Slot(0, new FairQueue(Map.of(), false))};
  }

  /** Two come for the last room. */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "One has it.")
  @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "One has it.")
  @Outcome(expect = FORBIDDEN, desc = "More wait than may, or there was room and nobody got it.")
  @State
  public static class LastRoom {
    private final Admission admission = new Admission(1, slots());

    /** One. */
    @Actor
    public void one(III_Result result) {
      result.r1 = admission.tryAcquire(3);
    }

    /** Another. */
    @Actor
    public void another(III_Result result) {
      result.r2 = admission.tryAcquire(3);
    }

    /** How many wait. */
    @Arbiter
    public void waiting(III_Result result) {
      result.r3 = admission.waiting();
    }
  }

  /** Room comes back as somebody asks, with a capacity of one that is taken. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "It came too late for this one.")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "It came in time.")
  @Outcome(expect = FORBIDDEN, desc = "Room was lost, or given twice.")
  @State
  public static class RoomComesBack {
    private final Slot[] slots = slots();
    private final Admission admission = new Admission(1, slots);

    /** Taken. */
    public RoomComesBack() {
      admission.tryAcquire();
    }

    /** Asks. */
    @Actor
    public void submitter(II_Result result) {
      result.r1 = admission.tryAcquire(2);
    }

    /** Begins what waited. */
    @Actor
    public void worker() {
      slots[0].tally.countBegun();
    }

    /** How much room there is. */
    @Arbiter
    public void room(II_Result result) {
      result.r2 = admission.tryAcquire(2);
    }
  }

  /** Closing as somebody asks. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "It got in, and the pool waits for it.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "It was refused.")
  @Outcome(expect = FORBIDDEN, desc = "It got in behind a pool that thinks that it has ended.")
  @State
  public static class CloseAgainstAcquire {
    private final Admission admission = new Admission(1, slots());

    /** Asks. */
    @Actor
    public void submitter(II_Result result) {
      result.r1 = admission.tryAcquire(1);
    }

    /** Closes. */
    @Actor
    public void closer() {
      admission.tryClose();
    }

    /** Whether nothing waits. */
    @Arbiter
    public void drained(II_Result result) {
      result.r2 = admission.isDrained() ? 1 : 0;
    }
  }
}
