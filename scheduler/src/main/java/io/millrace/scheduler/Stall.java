package io.millrace.scheduler;

/**
 * Finds out when a stream stands still though replies may be there: a worker has left some for
 * later ({@link LeftReplies}) and then runs something that takes unexpectedly long. Then for a
 * while each reply is drained as it comes; and what has come before is drained by the signaller.
 *
 * <pre>
 *           emitted more, or was not left with anybody at the last look
 *   GOES_ON &lt;-------------------------------------------- any
 *      | not, since the last look
 *      v
 *   STANDS   each reply drains from now on
 *      | still not
 *      v
 *   HELD_UP  the signaller drains
 *      | still not
 *      v
 *   RESTS    what is there was given to the signaller
 * </pre>
 *
 * <p>A worker that has not seen that each reply is to be drained has left its reply before that was
 * said, so the signaller's drain, which comes later, finds it.
 */
final class Stall extends Padded {

  /** What one look has found: see above. */
  enum Look {
    GOES_ON,
    STANDS,
    HELD_UP,
    RESTS
  }

  /** So many drains that give something out, and replies are left for later again. */
  private static final int EAGER_DRAINS = 64;

  private volatile boolean eager;

  // ---- drain only

  private int eagerDrains;

  // ---- watchdog only

  private Look last = Look.GOES_ON;
  private long lastRound;
  private long lastEmitted;

  /** Any thread: whether each reply is to be drained as it comes. */
  boolean isEager() {
    return eager;
  }

  /** Drain only: it has given something out. */
  void drained() {
    if (eager && ++eagerDrains >= EAGER_DRAINS) {
      eagerDrains = 0;
      eager = false;
    }
  }

  /**
   * Watchdog only.
   *
   * @param round of looks; a stream that was not looked at in the last one was left with nobody
   * @param emitted how many replies the downstream has
   */
  Look look(long round, long emitted) {
    boolean stands = round == lastRound + 1 && emitted == lastEmitted;
    lastRound = round;
    lastEmitted = emitted;
    if (!stands) {
      last = Look.GOES_ON;
    } else if (last == Look.GOES_ON) {
      eager = true;
      last = Look.STANDS;
    } else {
      last = last == Look.STANDS ? Look.HELD_UP : Look.RESTS;
    }
    return last;
  }
}
