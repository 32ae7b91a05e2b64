package io.millrace.scheduler;

import java.lang.invoke.VarHandle;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/** A worker that goes to sleep as dispatch hands something over: it does not sleep beside work. */
public class SharedSlot {

  private final Slot slot = new Slot(0, new FairQueue(Map.of(), false));
  private volatile boolean sleeps;
  private volatile boolean woken;
  private volatile boolean handedOver;

  /** The worker, as {@link Idling} does it. */
  @Operation(runOnce = true, nonParallelGroup = "worker")
  public void goToSleep() {
    slot.tryRaiseWants();
    if (slot.isEmpty() && slot.wants()) {
      slot.asleep(true);
      sleeps = slot.isEmpty() && slot.wants();
    }
  }

  /** Dispatch, as {@link Feeder} does it. */
  @Operation(runOnce = true, nonParallelGroup = "dispatch")
  public void feed() {
    if (slot.tryLowerWants()) {
      slot.batch.put(0, new BareTask(0));
      slot.batch.handOver(1);
      handedOver = true;
      VarHandle.fullFence();
      woken = slot.isAsleep();
    }
  }

  /** Another worker, which wants what was handed over. */
  @Operation(runOnce = true)
  public void steal() {
    slot.batch.steal();
  }

  /** No wake-up was lost. */
  @Validate
  public void sleepsOnlyWithoutWork() {
    if (sleeps && handedOver && !woken) {
      throw new IllegalStateException("it was handed something and sleeps");
    }
  }
}
