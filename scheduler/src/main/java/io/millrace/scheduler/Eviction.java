package io.millrace.scheduler;

import io.millrace.pipeline.WorkerException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes room for newcomers at the cost of those that wait, as {@link Overflow} says. The newcomer
 * takes the very place of the one that goes: so no more wait than may, at any moment. Dispatch
 * only, but for {@link #offer}.
 */
final class Eviction {

  /** That wait for their turn at once. */
  static final int MOST_NEWCOMERS = 1024;

  /** Looking through all that wait is not worth it more often. */
  private static final long SHED_EVERY_NANOS = 1_000_000;

  private final ScheduledWorkerPool pool;
  private final Dispatcher dispatcher;
  private final Slot[] slots;
  private final FairQueue shared;
  private final Overflow policy;
  private final AtomicInteger newcomers = new AtomicInteger();
  private long nextShedNanos;
  private boolean shedBefore;

  Eviction(
      ScheduledWorkerPool pool,
      Dispatcher dispatcher,
      Slot[] slots,
      FairQueue shared,
      Overflow policy) {
    this.pool = pool;
    this.dispatcher = dispatcher;
    this.slots = slots;
    this.shared = shared;
    this.policy = policy;
  }

  /**
   * Any thread. Answers whether the task was taken, which has no room yet. It takes the same way in
   * as those that have some: what came before it is queued before it.
   */
  boolean offer(Task task) {
    if (policy != Overflow.DROP_OLDEST && policy != Overflow.SHED_LATE) {
      return false;
    }
    if (newcomers.incrementAndGet() > MOST_NEWCOMERS) {
      newcomers.decrementAndGet();
      return false;
    }
    task.withoutRoom();
    dispatcher.put(task);
    return true;
  }

  /** The turn of one that was offered. */
  void admit(Task task) {
    newcomers.decrementAndGet();
    if (task.isDone()) {
      return; // cancelled meanwhile
    }
    if (policy == Overflow.SHED_LATE) {
      shedLate();
    }
    if (task.tryTakeRoom(pool) || tryTakePlaceOfOldest()) {
      if (pool.tryAdmit(task, true)) {
        enter(task);
      } else {
        task.leaveRoom();
      }
    } else {
      pool.outcomes().refuse(task, true);
    }
  }

  private void enter(Task task) {
    if (task instanceof ClaimTask claim) {
      claim.hasRoom();
      pool.signaller().add(claim::admitted); // runs its claimant's code
    } else {
      dispatcher.enqueue(task);
    }
  }

  /** The victim's room goes over to the newcomer without being free in between. */
  private boolean tryTakePlaceOfOldest() {
    if (policy != Overflow.DROP_OLDEST || pool.admission().isClosed()) {
      return false;
    }
    for (Task victim = oldest(); victim != null; victim = oldest()) {
      if (victim.tryAbandon()) {
        pool.outcomes().evicted(victim, new WorkerException.Dropped(pool.admission().capacity()));
        return true;
      }
    }
    return false;
  }

  private @Nullable Task oldest() {
    FairQueue fullest = shared;
    for (Slot slot : slots) {
      if (slot.keyed.size() > fullest.size()) {
        fullest = slot.keyed;
      }
    }
    Task task = fullest.pollOldest();
    for (int i = 0; task == null && i < slots.length; i++) {
      task = slots[i].batch.steal();
    }
    return task;
  }

  private void shedLate() {
    long now = pool.platform().nanoTime();
    if (shedBefore && now - nextShedNanos < 0) {
      return;
    }
    shedBefore = true;
    nextShedNanos = now + SHED_EVERY_NANOS;
    long meanNanos = pool.loadMeter().meanServiceNanos();
    Predicate<Task> late = task -> Deadlines.isLate(task, now, meanNanos);
    Consumer<Task> shed = task -> pool.outcomes().evict(task, Deadlines.shed(task));
    shared.removeIf(late, shed);
    for (Slot slot : slots) {
      slot.keyed.removeIf(late, shed);
    }
  }

  /** Answers all that wait. */
  void abandonAll(WorkerException failure) {
    Predicate<Task> each = task -> true;
    Consumer<Task> abandon = task -> pool.outcomes().tryAnswerWaiting(task, () -> failure, true);
    shared.removeIf(each, abandon);
    for (Slot slot : slots) {
      slot.keyed.removeIf(each, abandon);
      for (Task task = slot.batch.steal(); task != null; task = slot.batch.steal()) {
        abandon.accept(task);
      }
      for (Task task = slot.inbox.steal(); task != null; task = slot.inbox.steal()) {
        abandon.accept(task);
      }
    }
  }
}
