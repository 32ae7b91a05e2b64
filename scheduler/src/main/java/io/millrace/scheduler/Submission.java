package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Gives to the pool what has arrived in a stream, as far as the pool has room for it. So a stream
 * that was asked for much and stays silent keeps nobody out.
 *
 * <p>This is a part that one thread at a time plays, as dispatch is: whoever wants it done counts
 * {@code wip} up. It is apart from the stream's drain, which can be held up by code of the
 * publisher or the subscriber for as long as they like: no such code runs here, but for a recorder
 * that is told of a refusal. So what has arrived gets to the workers all the same.
 *
 * <p>What comes from within the stream's own request is held back and submitted together: {@link
 * #hold}. A worker that has nothing to do comes for it, and is woken for the first of it. No
 * wake-up is lost: who holds back says so, then looks whether a worker sleeps; a worker says that
 * it sleeps, then looks whether anything is held back, and looks again if that is not in its place
 * yet.
 *
 * <pre>
 *   submitted   next to give to the pool      (submission only)
 *   watched     next whose deadline is not watched yet, of those that wait for room (the same)
 *   count       next arrival's place          (compare-and-set, upstream)
 *
 *   submitted &lt;= count &lt;= promised &lt;= min(emitted, submitted) + window
 * </pre>
 */
final class Submission {

  private final ScheduledWorkerPool pool;
  private final InvokeAllSubscription stream;
  private final Arrivals arrivals;
  private final AtomicReferenceArray<@Nullable StreamTask> ring;
  private final ReplyOrder order;
  private final AtomicInteger wip = new AtomicInteger();
  private final AtomicBoolean held = new AtomicBoolean();
  private final AtomicBoolean awaitingRoom = new AtomicBoolean();
  private final AtomicLong submitted = new AtomicLong();
  private long watched;

  /** Who submits; only who wrote itself there can read itself. */
  private @Nullable Thread submitter;

  /** The drain has something to do, since something was submitted. Written in submission. */
  private boolean drainIsDue;

  /** Dispatch has something to do, since something was submitted. Submission only. */
  private boolean dispatchIsDue;

  Submission(
      ScheduledWorkerPool pool, InvokeAllSubscription stream, Arrivals arrivals, ReplyOrder order) {
    this.pool = pool;
    this.stream = stream;
    this.arrivals = arrivals;
    this.ring = arrivals.ring();
    this.order = order;
  }

  /** Whether this thread submits now: a reply that is due then is drained when that is done. */
  boolean defersDrain() {
    if (submitter != Thread.currentThread()) {
      return false;
    }
    drainIsDue = true;
    return true;
  }

  /**
   * Drain only, for what comes from within its own request. A worker that sleeps is woken and comes
   * for it: mostly the request has ended by then, and all of it is there.
   */
  void hold() {
    if (held.get() || !held.compareAndSet(false, true)) {
      return;
    }
    pool.streams().countHeld(1);
    pool.platform().interleave();
    if (pool.staffing().canGrow() || pool.isTerminated()) {
      submit();
    } else if (pool.dispatcher().feeder().hungry() != 0) {
      pool.dispatcher().feeder().wakeOne();
    }
  }

  boolean isHeld() {
    return held.get();
  }

  /** Before this arrival places are free. Written in submission, read in the drain. */
  long submitted() {
    return submitted.getAcquire();
  }

  boolean isUpToDate() {
    return !held.get() && submitted() == arrivals.count();
  }

  /** Any thread: room may have come free. */
  void roomCame() {
    awaitingRoom.set(false);
    submitQuietly();
  }

  /** Any thread: of the next one to be given to the pool. */
  @Nullable String nextTenant() {
    StreamTask next = ring.getAcquire(arrivals.placeOf(submitted()));
    return next == null ? null : next.invocation.tenant();
  }

  boolean awaitsRoom() {
    return awaitingRoom.get();
  }

  /**
   * Any thread: gives to the pool what has arrived, as far as there is room. If the stream was
   * cancelled, all that has arrived and was submitted is given up.
   */
  void submit() {
    if (submitAll(false)) {
      stream.drain();
    }
  }

  /** The same, also where no code of a subscriber or recorder is to run. */
  void submitQuietly() {
    if (submitAll(true)) {
      pool.signaller().add(stream::drain);
    }
  }

  /** Answers whether the stream is to be drained. */
  private boolean submitAll(boolean quietly) {
    if (wip.getAndIncrement() != 0) {
      return false;
    }
    Thread self = Thread.currentThread();
    boolean isDue = false;
    int missed = 1;
    do {
      submitter = self;
      try {
        pass(quietly);
      } catch (Throwable noHeap) {
        if (stream.tryBreakOff(noHeap)) {
          wip.incrementAndGet(); // gives up what it had
        }
        drainIsDue = true;
      }
      isDue |= drainIsDue;
      drainIsDue = false;
      submitter = null;
      pool.platform().interleave();
      missed = wip.addAndGet(-missed);
    } while (missed != 0);
    return isDue;
  }

  private void pass(boolean quietly) {
    boolean wasHeld = held.get() && held.compareAndSet(true, false);
    try {
      if (stream.isCancelled()) {
        giveUp(quietly);
      } else if (!submitArrived(quietly) && wasHeld && held.compareAndSet(false, true)) {
        wasHeld = false; // the next is about to come to its place, and is to be looked for again
      }
    } finally {
      if (wasHeld) {
        pool.streams().countHeld(-1);
      }
      // Not before: dispatch may start workers, and those started stay awake while any is held.
      if (dispatchIsDue) {
        dispatchIsDue = false;
        pool.dispatcher().poke();
      }
    }
  }

  private void giveUp(boolean quietly) {
    if (quietly) {
      pool.signaller().add(this::submit); // the recorder is told
      return;
    }
    order.forEach(pool.outcomes()::tryCancelWaiting); // first, or a worker would begin it
    order.forEach(pool.outcomes()::cancel);
    submitted.setRelease(arrivals.count());
  }

  /** Answers whether all that has arrived had come to its place. */
  private boolean submitArrived(boolean quietly) {
    long arrived = arrivals.count();
    skipAnswered();
    while (submitted.getPlain() < arrived) {
      int room = pool.tenantRoom().tryAcquireInStream((int) (arrived - submitted.getPlain()));
      if (room == 0) {
        if (pool.overflow() == Overflow.WAIT && !pool.isClosed()) {
          watchFrom(submitted.getPlain(), arrived);
          awaitRoom();
          return true;
        }
        StreamTask task = next();
        if (task == null) {
          return false;
        }
        pool.dispatcher().squeezeIn(task, quietly);
      } else if (!submit(room, quietly)) {
        return false;
      }
    }
    return true;
  }

  /** Those whose deadline passed while they waited for room, and whose answer is out. */
  private boolean skipAnswered() {
    long answered = order.answeredBefore();
    if (answered <= submitted.getPlain()) {
      return false;
    }
    submitted.setRelease(answered);
    drainIsDue = true; // more can be asked for
    return true;
  }

  private void awaitRoom() {
    if (awaitingRoom.compareAndSet(false, true)) {
      pool.roomQueue().await(stream);
    }
  }

  /** Answers whether all that there was room for had come to its place. */
  private boolean submit(int room, boolean quietly) {
    int left = room;
    try {
      for (StreamTask task = next(); task != null; task = left == 0 ? null : next()) {
        left--;
        if (!task.hasDeadline() && !task.isLent()) {
          task.admitUnseen();
          pool.dispatcher().put(task);
        } else if (pool.tryAdmit(task, quietly)) {
          pool.dispatcher().put(task);
        }
      }
      return left == 0;
    } finally {
      for (; left > 0; left--) { // somebody is between claim and store: it comes here again
        pool.outcomes().departed();
      }
      dispatchIsDue = true;
    }
  }

  private @Nullable StreamTask next() {
    while (true) {
      long sequence = submitted.getPlain();
      int place = arrivals.placeOf(sequence);
      StreamTask task = ring.getAcquire(place);
      if (task != null) {
        boolean unanswered = order.submitted(task, place);
        submitted.setRelease(sequence + 1); // then its place may be used again
        if (unanswered) {
          return task;
        }
        drainIsDue = true; // more can be asked for
      } else if (!skipAnswered()) {
        return null;
      }
    }
  }

  /** Deadlines run while there is no room, too. */
  private void watchFrom(long from, long to) {
    for (watched = Math.max(watched, from); watched < to; watched++) {
      StreamTask task = ring.getAcquire(arrivals.placeOf(watched));
      if (task == null) {
        return;
      }
      pool.deadlines().watch(task);
    }
  }
}
