package io.millrace.scheduler;

import org.jetbrains.lincheck.datastructures.Operation;

/** One task, and all who may want to begin, end, drop or stop it. */
public class SharedTask {

  private static final int RUNNER = 3;

  private final BareTask task = new BareTask(0);
  private final Thread runner = new Thread(() -> {});
  private boolean begun;

  /** The submitter has room. */
  @Operation(runOnce = true)
  public boolean admit() {
    return task.tryAdmit();
  }

  /** Its worker. */
  @Operation(nonParallelGroup = "worker")
  public boolean begin() {
    begun |= task.tryBegin(RUNNER);
    return begun;
  }

  /** Its worker, behind the guest. */
  @Operation(nonParallelGroup = "worker")
  public boolean end() {
    boolean ends = begun;
    begun = false;
    return ends && task.tryEnd(RUNNER, Platform.SYSTEM);
  }

  /** Another worker that came by the same task. */
  @Operation(nonParallelGroup = "other")
  public boolean beginToo() {
    return task.tryBegin(RUNNER + 1);
  }

  /** A deadline or a caller: in this order, or one that gets room in between escapes both. */
  @Operation
  public boolean takeAway() {
    return task.tryWithdraw() || task.tryAbandon();
  }

  /** A deadline or a caller, of what runs. */
  @Operation
  public boolean stop() {
    return task.tryStop(Platform.SYSTEM, number -> runner);
  }

  /** The watchdog. */
  @Operation(nonParallelGroup = "watchdog")
  public boolean leave() {
    return task.tryLeave();
  }
}
