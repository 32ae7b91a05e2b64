package io.millrace.instance;

import com.dylibso.chicory.runtime.Machine;

/**
 * Keeps a module's start function from running in an instance that gets the state of another, whose
 * start function has run: a second run would trap where the first one has left its mark in memory,
 * and would call the host again.
 *
 * <p>The engine calls the start function while it builds the instance, before anything else. Later
 * calls, also of the same function, go through.
 */
final class SkippedStart implements Machine {

  private final Machine machine;
  private boolean skipped;

  SkippedStart(Machine machine) {
    this.machine = machine;
  }

  @Override
  public long[] call(int function, long[] arguments) {
    if (!skipped) {
      skipped = true;
      return new long[0];
    }
    return machine.call(function, arguments);
  }
}
