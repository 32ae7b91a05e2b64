package io.millrace.scheduler;

/**
 * How long a stream's drain has gone on. A subscriber that takes long would keep the worker that
 * gives it replies for as long as other workers bring more; so a worker's turn is over after {@link
 * #TURN_NANOS}, and it runs something else before anybody goes on. Drain only.
 */
final class DrainTurn {

  private static final long TURN_NANOS = 1_000_000;

  /** To ask for the time costs as much as ten replies to a subscriber that does nothing. */
  private static final int MOST_UNTIMED = 32;

  private final Platform platform;

  /** After so many replies the time is asked for: more often where the subscriber is slow. */
  private int every = 1;

  private int left = 1;
  private int timed;
  private boolean started;
  private boolean over;
  private long startNanos;

  DrainTurn(Platform platform) {
    this.platform = platform;
  }

  /** Where the subscriber is known to be quick, the time is not asked for at once. */
  void begin() {
    over = false;
    started = false;
    if (every < MOST_UNTIMED) {
      left = every;
      start();
    }
  }

  private void start() {
    started = true;
    startNanos = platform.nanoTime();
    timed = 0;
  }

  /** The subscriber has had one more. */
  void emitted() {
    timed++;
    if (--left > 0) {
      return;
    }
    if (started) {
      long tookNanos = Math.max(1, platform.nanoTime() - startNanos);
      over = tookNanos > TURN_NANOS;
      every = (int) Math.max(1, Math.min(MOST_UNTIMED, timed * (TURN_NANOS / 8) / tookNanos));
      left = every;
    } else {
      start();
      left = 1; // the next reply tells how long one takes, also where no drain gives out many
    }
  }

  boolean isOver() {
    return over;
  }
}
