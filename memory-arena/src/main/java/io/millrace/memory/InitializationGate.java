package io.millrace.memory;

/**
 * Lets exactly one of the instances on a shared memory apply the active data segments; the others
 * wait until that is done. Any thread.
 *
 * <pre>
 *          tryInitialize          initialized
 *   OPEN ----------------> TAKEN --------------> DONE
 *     ^                      |
 *     +----------------------+
 *        initializationFailed
 * </pre>
 *
 * <p>The state is guarded by this object's monitor. An instance starts so:
 *
 * <pre>{@code
 * InitializationGate gate = new SharedLinearMemory(new PageLimits(1, 1)).initialization();
 * while (!gate.awaitInitialized()) {
 *   if (gate.tryInitialize()) {
 *     gate.initialized(); // when the segments are there; on a failure gate.initializationFailed()
 *   }
 * }
 * }</pre>
 */
public final class InitializationGate {

  private enum State {
    OPEN,
    TAKEN,
    DONE
  }

  private State state = State.OPEN;

  InitializationGate() {}

  /** Whether this caller won: it has to end with one of the two methods below. Never blocks. */
  public synchronized boolean tryInitialize() {
    if (state != State.OPEN) {
      return false;
    }
    state = State.TAKEN;
    return true;
  }

  /**
   * The winner is done; what it stored is visible to all that await it.
   *
   * @throws IllegalStateException when nobody has won
   */
  public void initialized() {
    leave(State.DONE);
  }

  /**
   * The winner has failed: the next one may win.
   *
   * @throws IllegalStateException when nobody has won
   */
  public void initializationFailed() {
    leave(State.OPEN);
  }

  /**
   * Waits while a winner is at work.
   *
   * @return true when the segments are applied; false when it is open who applies them
   */
  public synchronized boolean awaitInitialized() throws InterruptedException {
    while (state == State.TAKEN) {
      wait();
    }
    return state == State.DONE;
  }

  private synchronized void leave(State next) {
    if (state != State.TAKEN) {
      throw new IllegalStateException(
          "initialization is " + state + ": only the winner of tryInitialize may end it");
    }
    state = next;
    notifyAll();
  }
}
