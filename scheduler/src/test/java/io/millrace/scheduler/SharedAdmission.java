package io.millrace.scheduler;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/** Room for three, all of it taken: it comes free by begins and by what is abandoned. */
public class SharedAdmission {

  private final Slot slot = new Slot(0, new FairQueue(Map.of(), false));
  private final Admission admission = new Admission(3, new Slot[] {slot});
  private final AtomicInteger held = new AtomicInteger(3);

  /** Starts full. */
  public SharedAdmission() {
    admission.tryAcquire(3);
  }

  /** A submitter; what it gets stays with it. */
  @Operation
  public int acquire(@Param(gen = IntGen.class, conf = "1:3") int most) {
    return admission.tryAcquire(most);
  }

  /** The slot's worker. */
  @Operation(nonParallelGroup = "worker")
  public void begin() {
    if (held.getAndDecrement() > 0) {
      slot.tally.countBegun();
    }
  }

  /** A deadline or a caller. */
  @Operation
  public void abandon() {
    if (held.getAndDecrement() > 0) {
      admission.abandoned();
    }
  }

  /** Whoever ends the pool. */
  @Operation
  public boolean close() {
    return admission.tryClose();
  }

  /** The last worker. */
  @Operation
  public boolean isDrained() {
    return admission.isDrained();
  }
}
