package io.millrace.scheduler;

import org.jetbrains.lincheck.datastructures.Operation;

/**
 * A queue that is filled when its owner has found it empty, so never while it polls. What is taken
 * is begun, since that decides between two that came by one task.
 */
public class SharedRunQueue {

  private static final int OWNER = 0;
  private static final int THIEF = 1;
  private static final int NOTHING = -1;

  private final RunQueue queue = new RunQueue(4);
  private boolean foundEmpty = true;
  private int numbers;

  /** Dispatch, behind the owner's wish. */
  @Operation(nonParallelGroup = "owner")
  public void handOver() {
    if (foundEmpty) {
      for (int i = 0; i < 2; i++) {
        BareTask task = new BareTask(numbers++);
        task.admitUnseen();
        queue.put(i, task);
      }
      queue.handOver(2);
      foundEmpty = false;
    }
  }

  /** The owner. */
  @Operation(nonParallelGroup = "owner")
  public int poll() {
    for (Task task = queue.poll(); task != null; task = queue.poll()) {
      if (task.tryBegin(OWNER)) {
        return ((BareTask) task).number;
      }
    }
    foundEmpty = true;
    return NOTHING;
  }

  /** Another worker. */
  @Operation
  public int steal() {
    for (Task task = queue.steal(); task != null; task = queue.steal()) {
      if (task.tryBegin(THIEF)) {
        return ((BareTask) task).number;
      }
    }
    return NOTHING;
  }
}
