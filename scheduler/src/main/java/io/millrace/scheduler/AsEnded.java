package io.millrace.scheduler;

import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/** As they end. What was submitted stands in a table, so that it can be cancelled. */
final class AsEnded extends ReplyOrder {

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
  @Nullable StreamTask next(long submitted) {
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
