package io.millrace.scheduler;

import org.jspecify.annotations.Nullable;

/**
 * What a stream's drain writes all the time, apart from what workers read after each run. Plain, by
 * the one thread inside drain; {@link #drainer} is read by others, too, but only who wrote itself
 * there can read itself.
 */
final class DrainState extends Padded {

  @Nullable Thread drainer;

  /** There is something to do once more. */
  boolean again;

  /** The downstream has had its last signal, or wants none. */
  boolean finished;

  /** How many replies the downstream has: in order of arrival, also where the next one stands. */
  long emitted;

  /** {@link AsArrived}: how much further on is the reply that is waited for. */
  long ahead;

  /** {@link AsArrived}: so often the drain still goes by {@link #ahead}. */
  int waitsLeft;
}
