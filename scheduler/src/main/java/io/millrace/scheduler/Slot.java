package io.millrace.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A worker's place in its pool. It outlives the worker: one that died or was given up is followed
 * by another one, which finds what its predecessor was handed and had not begun.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>written by</th><th>read by</th></tr>
 *   <tr><td>batch</td><td>filled in dispatch; polled by its worker, stolen from by idle ones</td><td></td></tr>
 *   <tr><td>inbox</td><td>filled in dispatch; polled by its worker, and emptied in dispatch when the
 *       pool is terminated</td><td></td></tr>
 *   <tr><td>keyed</td><td>dispatch only</td><td>dispatch only</td></tr>
 *   <tr><td>wish</td><td>compare-and-set but for the end of feeding, which dispatch writes</td>
 *       <td>volatile</td></tr>
 *   <tr><td>asleep</td><td>its worker, volatile</td><td>dispatch, after a full fence</td></tr>
 *   <tr><td>hasKeys</td><td>dispatch, once</td><td>volatile</td></tr>
 *   <tr><td>left</td><td>see there</td><td></td></tr>
 *   <tr><td>worker</td><td>dispatch when it starts one; its end, by who ended it</td>
 *       <td>volatile</td></tr>
 * </table>
 *
 * <p>What its worker wishes for:
 *
 * <pre>
 *          its worker, when the slot is empty
 *   NONE ------------------------------------&gt; RAISED
 *    ^ ^              its worker                | |
 *    | +----------------------------------------+ | dispatch
 *    |      dispatch, when all is in its place    v
 *    +---------------------------------------- BEING_FED
 * </pre>
 *
 * So a worker never wishes for more while something is on its way to it, or what comes next would
 * stand behind its run while others sleep.
 */
final class Slot {

  /** The most that a worker is handed at once. */
  static final int BATCH = 64;

  private static final int NONE = 0;
  private static final int RAISED = 1;
  private static final int BEING_FED = 2;

  private static final VarHandle WISH;

  static {
    try {
      WISH = MethodHandles.lookup().findVarHandle(Slot.class, "wish", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  final int index;

  /** What a worker that died has left may still be here. */
  private static final int PLACES = 4 * BATCH;

  /** Any worker may run these. */
  final RunQueue batch = new RunQueue(PLACES);

  /** This one alone may run these. */
  final RunQueue inbox = new RunQueue(PLACES);

  /** What comes into the inbox next. */
  final FairQueue keyed;

  final Tally tally = new Tally();

  /** Its worker records; one that was given up does not any more. */
  final RunTimes times = new RunTimes();

  /** Its worker's; who ends that empties it. */
  final LeftReplies left = new LeftReplies();

  /** Dispatch only: by what least loaded slots come first. */
  long busySeen;

  private volatile int wish;

  private volatile boolean asleep;
  private volatile boolean hasKeys;
  private volatile @Nullable Worker worker;

  Slot(int index, FairQueue keyed) {
    this.index = index;
    this.keyed = keyed;
  }

  @Nullable Worker worker() {
    return worker;
  }

  void worker(@Nullable Worker next) {
    worker = next;
  }

  /** Dispatch only: keys are bound to its worker. */
  void bindKeys() {
    if (!hasKeys) {
      hasKeys = true;
    }
  }

  /** Whether keys were ever bound to its worker, which had better stay then. */
  boolean hasKeys() {
    return hasKeys;
  }

  /** Invocations begun here, by whichever worker. */
  long begun() {
    return tally.begun();
  }

  /** Its worker only; {@code inboxFirst} alternates, so that neither starves the other. */
  @Nullable Task poll(boolean inboxFirst) {
    Task task = inboxFirst ? inbox.poll() : batch.poll();
    return task != null ? task : inboxFirst ? batch.poll() : inbox.poll();
  }

  /** Its worker only: whether it was handed more than it has taken; some may have been stolen. */
  boolean hasMore() {
    return batch.hasMore() || inbox.hasMore();
  }

  boolean isEmpty() {
    return batch.isEmpty() && inbox.isEmpty();
  }

  /** Whether it was raised and has not been lowered. */
  boolean wants() {
    return wish == RAISED;
  }

  /** Whether something is on its way here: a few instructions of the thread that dispatches. */
  boolean isBeingFed() {
    return wish == BEING_FED;
  }

  /** Its worker only, when the slot is empty. Answers whether it was not raised before. */
  boolean tryRaiseWants() {
    return wish == NONE && WISH.compareAndSet(this, NONE, RAISED);
  }

  /** Its worker, or whoever ends that. */
  boolean tryLowerWants() {
    return wish == RAISED && WISH.compareAndSet(this, RAISED, NONE);
  }

  /** Dispatch only. Whoever wins this hands something over, and then says so. */
  boolean tryBeginFeeding() {
    return wish == RAISED && WISH.compareAndSet(this, RAISED, BEING_FED);
  }

  /** Dispatch only. */
  void endFeeding() {
    wish = NONE;
  }

  void asleep(boolean now) {
    asleep = now;
  }

  boolean isAsleep() {
    return asleep;
  }
}
