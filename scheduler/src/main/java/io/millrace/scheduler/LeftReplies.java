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
 * run take unexpectedly long, {@link Stall} has it found out; who ends a worker sees to what that
 * has left.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>written by</th><th>read by</th></tr>
 *   <tr><td>streams</td><td>its worker: added by volatile write, taken away by release</td>
 *       <td>drains, acquire; the watchdog, volatile</td></tr>
 *   <tr><td>count, taken</td><td>its worker; who ended that</td><td>the same</td></tr>
 * </table>
 */
final class LeftReplies extends Padded {

  /** With more streams in turn than these, each of the others' replies is drained by itself. */
  private static final int MOST = 8;

  /** References of four bytes: two lines of 64 bytes, since processors fetch them in pairs. */
  private static final int PAD = 32;

  private final AtomicReferenceArray<@Nullable InvokeAllSubscription> streams =
      new AtomicReferenceArray<>(PAD + MOST + PAD);

  private final @Nullable InvokeAllSubscription[] taken = new InvokeAllSubscription[MOST];
  private int count;

  /** Its worker only. */
  boolean isEmpty() {
    return count == 0;
  }

  /** Its worker only: one more reply of that stream. Answers whether there is a place for it. */
  boolean tryAdd(InvokeAllSubscription stream) {
    boolean has = false;
    for (int i = count - 1; i >= 0 && !has; i--) {
      has = streams.getPlain(PAD + i) == stream;
    }
    if (!has && count == MOST) {
      return false;
    }
    if (!has) {
      streams.set(PAD + count++, stream); // a full fence: then whether somebody looks is asked
    }
    return true;
  }

  /** Its worker only: nothing is left then. Runs subscribers' code. */
  void drainAll() {
    takeAll(LeftReplies::drain);
  }

  /**
   * Its worker, or who has ended that: hands over all streams, which are to be drained. None is
   * here any more by then: else a drain would leave them to this worker.
   */
  void takeAll(Consumer<InvokeAllSubscription> action) {
    int all = count;
    for (int i = 0; i < all; i++) {
      taken[i] = streams.getPlain(PAD + i);
      streams.setRelease(PAD + i, null);
    }
    count = 0;
    for (int i = 0; i < all; i++) {
      InvokeAllSubscription stream = taken[i];
      taken[i] = null;
      if (stream != null) {
        action.accept(stream);
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

  /** Watchdog only: each of the streams, as they are at some moment. */
  void forEach(Consumer<InvokeAllSubscription> action) {
    for (int i = 0; i < MOST; i++) {
      InvokeAllSubscription each = streams.get(PAD + i);
      if (each != null) {
        action.accept(each);
      }
    }
  }
}
