package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tasks whose deadlines are watched: at least twice as many places as tasks may wait, found by
 * a rotating ticket. Adding and removing cost two atomics and one, and allocate nothing; a task
 * that is done leaves nothing behind.
 *
 * <p>Places lie in blocks. Beside each block stands a time before which none of its deadlines
 * passes, so a scan reads these and opens only the blocks that are due. Such a time may be too
 * early, when its task is gone; never too late: a scan first sets it to "never", then reads the
 * block, then lowers it to what it saw; whoever adds puts the task there first and lowers the time
 * afterwards.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>places</td><td>compare-and-set from null and to null, any thread</td></tr>
 *   <tr><td>earliest</td><td>lowered by compare-and-set, any thread; raised by the scanner</td></tr>
 * </table>
 */
final class DeadlineTable {

  /** The place of a task that is not watched. */
  static final int NOWHERE = -1;

  private static final int BLOCK_SHIFT = 6;
  private static final int BLOCK = 1 << BLOCK_SHIFT;
  private static final long NEVER = Long.MAX_VALUE;

  private final AtomicReferenceArray<@Nullable Task> places;
  private final AtomicLongArray earliest;
  private final AtomicInteger ticket = new AtomicInteger();
  private final long epochNanos;

  DeadlineTable(int mostTasks, long nowNanos) {
    int size = Math.max(BLOCK, Integer.highestOneBit(mostTasks) * 4);
    this.places = new AtomicReferenceArray<>(size);
    this.earliest = new AtomicLongArray(size >> BLOCK_SHIFT);
    this.epochNanos = nowNanos;
    for (int block = 0; block < earliest.length(); block++) {
      earliest.set(block, NEVER);
    }
  }

  /**
   * Any thread, before the task is queued. Answers when its deadline passes; a far moment when
   * there is no place for it, which takes more streams with full windows than there is capacity.
   */
  long add(Task task) {
    long deadline = sinceEpoch(task.deadlineNanos());
    int mask = places.length() - 1;
    int place = ticket.getAndIncrement() & mask;
    for (int taken = 0; !places.compareAndSet(place, null, task); taken++) {
      if (taken == mask) {
        return NEVER / 2 + epochNanos; // full: it is noticed when its turn comes
      }
      place = ticket.getAndIncrement() & mask;
    }
    task.watchedAt(place);
    lower(place >> BLOCK_SHIFT, deadline);
    if (task.isDone()) {
      remove(task); // answered meanwhile, by one who may not have seen the place
    }
    return deadline + epochNanos;
  }

  /** Any thread. Harmless when repeated. */
  void remove(Task task) {
    int place = task.watchedAt();
    if (place != NOWHERE) {
      places.compareAndSet(place, task, null);
    }
  }

  /**
   * Hands over each task whose deadline has passed, and forgets it. One thread at a time.
   *
   * @return nanoseconds until the next one can pass; {@link Long#MAX_VALUE} when there is none
   */
  long scan(long nowNanos, Consumer<Task> passed) {
    long now = sinceEpoch(nowNanos);
    long next = NEVER;
    for (int block = 0; block < earliest.length(); block++) {
      long soonest = earliest.get(block);
      if (soonest <= now) {
        soonest = scanBlock(block, now, passed);
      }
      next = Math.min(next, soonest);
    }
    return next == NEVER ? NEVER : next - now;
  }

  private long scanBlock(int block, long now, Consumer<Task> passed) {
    earliest.set(block, NEVER);
    long soonest = NEVER;
    for (int place = block << BLOCK_SHIFT, end = place + BLOCK; place < end; place++) {
      Task task = places.get(place);
      if (task == null || task.isDone()) {
        continue;
      }
      long deadline = sinceEpoch(task.deadlineNanos());
      if (deadline <= now) {
        places.compareAndSet(place, task, null);
        passed.accept(task);
      } else {
        soonest = Math.min(soonest, deadline);
      }
    }
    lower(block, soonest);
    return soonest;
  }

  private void lower(int block, long deadline) {
    long seen = earliest.get(block);
    while (deadline < seen && !earliest.compareAndSet(block, seen, deadline)) {
      seen = earliest.get(block);
    }
  }

  /** The clock may start anywhere and wrap; from the pool's making on it can be compared. */
  private long sinceEpoch(long nanos) {
    return nanos - epochNanos;
  }
}
