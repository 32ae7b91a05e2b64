package io.millrace.cli;

import io.millrace.pipeline.Payload;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what is in flight: records that were read and whose replies are not written yet. So memory
 * depends on the budget and not on the input.
 *
 * <p>A record costs its bytes, its bookkeeping and the reply that is expected of it: as large as
 * the largest of late, and at first as large as may be, so that a guest that answers much with
 * little is found out before many such replies are under way. One record always gets in, whatever
 * it costs.
 *
 * <table>
 * <caption>Who writes what</caption>
 * <tr><td>admitted, seen</td><td>the reader's thread only</td></tr>
 * <tr><td>released, expected reply</td><td>written by the writer's thread, read by the reader's</td></tr>
 * <tr><td>waiting</td><td>written by the reader's thread, read by the writer's after released</td></tr>
 * </table>
 */
final class FlightBudget {

  /** Payload, Invocation, Reply, array headers and slots in queues, generously. */
  private static final int BOOKKEEPING_BYTES = 512;

  /** How many records the reader may go on with what it saw last. A power of two. */
  private static final int LOOK_EVERY = 64;

  private final long limitBytes;
  private final DeadlineWindow window;

  private long admittedRecords;
  private long admittedBytes;
  private long seenRecords;
  private long seenBytes;

  private final AtomicLong releasedRecords = new AtomicLong();
  private final AtomicLong releasedBytes = new AtomicLong();
  private final RecentMaximum expectedReplyBytes;
  private volatile @Nullable Thread waiting;

  /** A budget for payloads and replies of up to {@code payloadLimitBytes} each. */
  FlightBudget(int payloadLimitBytes, DeadlineWindow window) {
    this(limitBytesFor(payloadLimitBytes), payloadLimitBytes, window);
  }

  FlightBudget(long limitBytes, int replyLimitBytes, DeadlineWindow window) {
    this.limitBytes = limitBytes;
    this.expectedReplyBytes = new RecentMaximum(replyLimitBytes);
    this.window = window;
  }

  /** What a JVM of this size can spare, and enough for two of the largest records. */
  private static long limitBytesFor(int payloadLimitBytes) {
    long spare = Math.min(Runtime.getRuntime().maxMemory() / 8, 256L << 20);
    return Math.max(spare, 2L * payloadLimitBytes + (1 << 20));
  }

  /** What a record holds on to: its range of a shared chunk, or the whole array that is its own. */
  static long costOf(Payload.Copied payload) {
    int arrayBytes = payload.array().length;
    int heldBytes = arrayBytes == ChunkedInput.CHUNK_BYTES ? payload.length() : arrayBytes;
    return heldBytes + (long) BOOKKEEPING_BYTES;
  }

  /** The cost of a record that is held back from the pool. */
  static long costOfRefused() {
    return BOOKKEEPING_BYTES;
  }

  /**
   * Waits until there is room. Reader's thread only.
   *
   * @throws InterruptedException when the run was given up meanwhile
   */
  void admit(long costBytes) throws InterruptedException {
    if ((admittedRecords & (LOOK_EVERY - 1)) == 0 || !fits(costBytes)) {
      look();
      if (!fits(costBytes)) {
        await(costBytes);
      }
    }
    admittedRecords++;
    admittedBytes += costBytes;
  }

  private void await(long costBytes) throws InterruptedException {
    waiting = Thread.currentThread();
    try {
      // look after waiting is set: a release in between is either seen here or sees it
      for (look(); !fits(costBytes); look()) {
        LockSupport.park(this);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } finally {
      waiting = null;
    }
  }

  private void look() {
    seenRecords = releasedRecords.get();
    seenBytes = releasedBytes.get();
  }

  private boolean fits(long costBytes) {
    long records = admittedRecords - seenRecords;
    if (records == 0) {
      return true;
    }
    long expected = (records + 1) * expectedReplyBytes.get();
    return admittedBytes - seenBytes + costBytes + expected <= limitBytes
        && records < window.records();
  }

  /** Gives back what {@link #admit} took. Writer's thread only. */
  void release(long costBytes) {
    releasedRecords.lazySet(releasedRecords.getPlain() + 1);
    releasedBytes.set(releasedBytes.getPlain() + costBytes);
    Thread reader = waiting;
    if (reader != null) {
      LockSupport.unpark(reader);
    }
  }

  /** Learns from a reply. Writer's thread only, before the release. */
  void replied(int replyBytes, long serviceNanos) {
    expectedReplyBytes.add(replyBytes);
    window.served(serviceNanos);
  }
}
