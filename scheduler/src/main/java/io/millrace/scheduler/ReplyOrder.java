package io.millrace.scheduler;

import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Which reply of a stream comes next. All methods are for the one thread inside the stream's drain,
 * but for {@link #answered}.
 */
abstract class ReplyOrder {

  /**
   * Any thread: the task has its reply. Answers whether the stream has to be drained now; if not,
   * whoever brings an earlier reply does it.
   */
  abstract boolean answered(StreamTask task);

  /**
   * The task leaves the arrivals for the pool. Answers whether it is still to be answered: its
   * deadline may have passed while it waited there.
   */
  abstract boolean submitted(StreamTask task);

  /** Arrivals before this one were answered, also those that never came to the pool. */
  abstract long answeredBefore();

  /** The next task that has its reply, and is thereby forgotten. */
  abstract @Nullable StreamTask next();

  /** All that have arrived or were submitted and are not answered. */
  abstract void forEach(Consumer<StreamTask> action);

  /**
   * In the order of arrival: the ring of arrivals is the order.
   *
   * <p>A worker drains only when its reply is the next one, so workers in the middle of the ring do
   * not meet at one atomic for each reply. No reply is left behind: the drain says for which place
   * it waits, then looks there once more; a worker leaves its reply, then looks which place is
   * waited for. Both by volatile access, so one of the two sees the other.
   */
  static final class AsArrived extends ReplyOrder {

    private final AtomicReferenceArray<@Nullable StreamTask> ring;
    private final int mask;
    private final Platform platform;
    private long head;
    private volatile int awaitedPlace;

    AsArrived(AtomicReferenceArray<@Nullable StreamTask> ring, Platform platform) {
      this.ring = ring;
      this.platform = platform;
      this.mask = ring.length() - 1;
    }

    @Override
    boolean answered(StreamTask task) {
      return task.place() == awaitedPlace;
    }

    @Override
    boolean submitted(StreamTask task) {
      return true;
    }

    @Override
    long answeredBefore() {
      return head;
    }

    @Override
    @Nullable StreamTask next() {
      int place = (int) head & mask;
      StreamTask task = ring.getAcquire(place);
      if (task == null || task.reply() == null) {
        if (awaitedPlace == place) {
          return null;
        }
        platform.interleave();
        awaitedPlace = place;
        task = ring.get(place);
        if (task == null || task.reply() == null) {
          return null;
        }
      }
      ring.setRelease(place, null);
      head++;
      return task;
    }

    @Override
    void forEach(Consumer<StreamTask> action) {
      for (int place = 0; place < ring.length(); place++) {
        StreamTask task = ring.get(place);
        if (task != null) {
          action.accept(task);
        }
      }
    }
  }

  /** As they end. What was submitted stands in a table, so that it can be cancelled. */
  static final class AsEnded extends ReplyOrder {

    private final AtomicReferenceArray<@Nullable StreamTask> arrivals;
    private final @Nullable StreamTask[] table;
    private final int[] free;
    private final Queue<StreamTask> ended;

    /** Answered while still among the arrivals. */
    private final Set<StreamTask> early = new HashSet<>();

    private int freeCount;

    AsEnded(AtomicReferenceArray<@Nullable StreamTask> arrivals) {
      int places = arrivals.length();
      this.arrivals = arrivals;
      this.table = new @Nullable StreamTask[places];
      this.free = new int[places];
      this.ended = new MpscVarHandleArrayQueue<>(Math.max(4, places));
      this.freeCount = places;
      for (int place = 0; place < places; place++) {
        free[place] = place;
      }
    }

    @Override
    boolean answered(StreamTask task) {
      if (!ended.offer(task)) {
        throw new IllegalStateException("more replies than invocations under way");
      }
      return true;
    }

    @Override
    boolean submitted(StreamTask task) {
      arrivals.setRelease(task.place(), null);
      if (early.remove(task)) {
        return false;
      }
      int place = free[--freeCount];
      task.place(place);
      table[place] = task;
      return true;
    }

    @Override
    long answeredBefore() {
      return 0;
    }

    @Override
    @Nullable StreamTask next() {
      StreamTask task = ended.poll();
      if (task != null && table[task.place()] != task) {
        early.add(task);
      } else if (task != null) {
        table[task.place()] = null;
        free[freeCount++] = task.place();
      }
      return task;
    }

    @Override
    void forEach(Consumer<StreamTask> action) {
      for (int place = 0; place < table.length; place++) {
        StreamTask submitted = table[place];
        if (submitted != null) {
          action.accept(submitted);
        }
        StreamTask arrived = arrivals.get(place);
        if (arrived != null) {
          action.accept(arrived);
        }
      }
    }
  }
}
