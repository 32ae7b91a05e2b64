package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tasks whose deadlines are watched: at least twice as many places as tasks may wait, found by
 * a rotating ticket. Adding and removing cost two atomics and one, and allocate nothing; a task
 * that is done leaves nothing behind. More tasks than that, of streams that wait for room, find
 * their places in a further table twice as large, which is made when it is needed and stays.
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
 *   <tr><td>further</td><td>volatile, set once; guard: monitor</td></tr>
 * </table>
 */
final class DeadlineTable {

  /** The place of a task that is not watched. */
  static final int NOWHERE = -1;

  private static final int BLOCK_SHIFT = 6;
  private static final int BLOCK = 1 << BLOCK_SHIFT;
  private static final long NEVER = Long.MAX_VALUE;

  /** In a table that is half full, not one in a billion finds so many places taken. */
  private static final int MOST_TRIES = 32;

  /**
   * From a place to the next that is tried: in another block, for those in one were taken at once.
   */
  private static final int STRIDE = BLOCK + 3;

  private final int firstPlace;
  private final AtomicReferenceArray<@Nullable Task> places;
  private final AtomicLongArray earliest;
  private final AtomicInteger ticket = new AtomicInteger();
  private final long epochNanos;
  private volatile @Nullable DeadlineTable further;

  DeadlineTable(int mostTasks, long nowNanos) {
    this(0, Math.max(BLOCK, Integer.highestOneBit(mostTasks) * 4), nowNanos);
  }

  private DeadlineTable(int firstPlace, int size, long epochNanos) {
    this.firstPlace = firstPlace;
    this.places = new AtomicReferenceArray<>(size);
    this.earliest = new AtomicLongArray(size >> BLOCK_SHIFT);
    this.epochNanos = epochNanos;
    for (int block = 0; block < earliest.length(); block++) {
      earliest.set(block, NEVER);
    }
  }

  /** Any thread, before the task is queued. Answers when its deadline passes. */
  long add(Task task) {
    long deadline = sinceEpoch(task.deadlineNanos());
    DeadlineTable table = this;
    while (!table.tryAdd(task, deadline)) {
      table = table.further();
    }
    if (task.isDone()) {
      remove(task); // answered meanwhile, by one who may not have seen the place
    }
    return deadline + epochNanos;
  }

  private boolean tryAdd(Task task, long deadline) {
    int place = ticket.getAndIncrement();
    for (int tries = 0; tries < MOST_TRIES; tries++, place += STRIDE) {
      int free = place & (places.length() - 1);
      if (places.get(free) == null && places.compareAndSet(free, null, task)) {
        task.watchedAt(firstPlace + free);
        lower(free >> BLOCK_SHIFT, deadline);
        return true;
      }
    }
    return false;
  }

  private DeadlineTable further() {
    DeadlineTable known = further;
    return known == null ? makeFurther() : known;
  }

  private synchronized DeadlineTable makeFurther() {
    DeadlineTable made = further;
    if (made == null) {
      made = new DeadlineTable(firstPlace + places.length(), 2 * places.length(), epochNanos);
      further = made;
    }
    return made;
  }

  /** Any thread. Harmless when repeated. */
  void remove(Task task) {
    int place = task.watchedAt();
    DeadlineTable table = place == NOWHERE ? null : this;
    while (table != null && place >= table.firstPlace + table.places.length()) {
      table = table.further;
    }
    if (table != null) {
      table.places.compareAndSet(place - table.firstPlace, task, null);
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
    for (DeadlineTable table = this; table != null; table = table.further) {
      next = Math.min(next, table.scanOwn(now, passed));
    }
    return next == NEVER ? NEVER : next - now;
  }

  private long scanOwn(long now, Consumer<Task> passed) {
    long next = NEVER;
    for (int block = 0; block < earliest.length(); block++) {
      long soonest = earliest.get(block);
      if (soonest <= now) {
        soonest = scanBlock(block, now, passed);
      }
      next = Math.min(next, soonest);
    }
    return next;
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
