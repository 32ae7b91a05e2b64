package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/**
 * The streams whose replies a worker has brought and not given out yet. It does so when it has run
 * what it was handed at once, or finds nothing to run: to drain a stream for each reply costs as
 * much as to run an empty guest, and what another worker has written costs a trip between two
 * processors' caches. No reply is left behind: a worker always comes to one or the other; should a
 * run take unexpectedly long, or its thread die, {@link Stall} has it found out.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>streams</td><td>its worker, volatile; read by drains and the watchdog</td></tr>
 *   <tr><td>others</td><td>its worker only</td></tr>
 * </table>
 */
final class LeftReplies extends Padded {

  /** With more streams in turn than these, each of the others' replies is drained by itself. */
  private static final int MOST = 8;

  /** References of four bytes: two lines of 64 bytes, since processors fetch them in pairs. */
  private static final int PAD = 32;

  private final AtomicReferenceArray<@Nullable InvokeAllSubscription> streams =
      new AtomicReferenceArray<>(PAD + MOST + PAD);

  private int count;

  /** Where the replies of the stream stand in that; only while there is one. */
  private int firstPlace;

  private int lastPlace;

  /** Its worker only. */
  boolean isEmpty() {
    return count == 0;
  }

  /** Its worker only: one more reply of that stream. Answers whether there is a place for it. */
  boolean tryAdd(InvokeAllSubscription stream, int place) {
    lastPlace = place;
    for (int i = count - 1; i >= 0; i--) {
      if (streams.getPlain(PAD + i) == stream) {
        return true;
      }
    }
    if (count == MOST) {
      return false;
    }
    if (count == 0) {
      firstPlace = place;
    }
    streams.set(PAD + count++, stream); // a full fence: then whether somebody looks is asked
    stream.lookAfter();
    return true;
  }

  /**
   * Its worker only: it has run what it was handed at once. Answers whether others' code may have
   * run.
   */
  boolean endBatch() {
    InvokeAllSubscription only = count == 1 ? streams.getPlain(PAD) : null;
    if (only != null && only.isBetterLeft(firstPlace, lastPlace)) {
      only.lookAfter();
      return false;
    }
    drainAll();
    return true;
  }

  /** Its worker only: nothing is left then. Runs subscribers' code. */
  void drainAll() {
    while (count > 0) {
      InvokeAllSubscription stream = streams.getPlain(PAD + --count);
      streams.setRelease(PAD + count, null); // first: else the drain leaves them to this worker
      if (stream != null) {
        drain(stream);
      }
    }
  }

  /** Should a subscriber's code throw, the other streams go on. */
  private static void drain(InvokeAllSubscription stream) {
    try {
      stream.drain();
    } catch (Throwable thrown) {
      Outcomes.dropError(thrown, Context.empty());
    }
  }

  /** Any thread: whether its worker is going to drain that stream, unless a run takes long. */
  boolean has(InvokeAllSubscription stream) {
    for (int i = 0; i < MOST; i++) {
      InvokeAllSubscription each = streams.getAcquire(PAD + i);
      if (each == null || each == stream) {
        return each != null;
      }
    }
    return false;
  }

  /** Any thread: each of the streams, as they are at some moment. */
  void forEach(Consumer<InvokeAllSubscription> action) {
    for (int i = 0; i < MOST; i++) {
      InvokeAllSubscription each = streams.getAcquire(PAD + i);
      if (each != null) {
        action.accept(each);
      }
    }
  }
}
