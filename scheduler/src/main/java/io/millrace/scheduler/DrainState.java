package io.millrace.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What a stream's drain writes all the time, apart from what workers read after each run. Plain, by
 * the one thread inside drain; {@link #drainer} is read by others, too, but only who wrote itself
 * there can read itself. {@link #emitted} is written by release, for who submits.
 */
final class DrainState extends Padded {

  static final int NOBODY = -1;

  private static final VarHandle EMITTED;

  static {
    try {
      EMITTED = MethodHandles.lookup().findVarHandle(DrainState.class, "emitted", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  @Nullable Thread drainer;

  /** There is something to do once more. */
  boolean again;

  /** The downstream has had its last signal, or wants none. */
  boolean finished;

  private long emitted;

  /** {@link AsArrived}: on average, of late. */
  boolean runsAreShort;

  /** {@link AsArrived}: so often the drain still goes by {@link #runsAreShort}. */
  int looksLeft;

  /** {@link AsArrived}: the worker that was last found to leave nothing of the stream. */
  int leavesNothing = NOBODY;

  /** How many replies the downstream has: in order of arrival, also where the next one stands. */
  long emitted() {
    return emitted;
  }

  /** Before the downstream gets it. */
  void countEmitted() {
    EMITTED.setRelease(this, emitted + 1);
  }

  /** Any thread: the same, or a little less. */
  long emittedSeen() {
    return (long) EMITTED.getAcquire(this);
  }
}
