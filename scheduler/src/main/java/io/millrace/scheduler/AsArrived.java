package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Replies in the order of arrival: the ring of arrivals is the order. */
final class AsArrived extends ReplyOrder {

  private final AtomicReferenceArray<@Nullable StreamTask> ring;
  private final int mask;

  AsArrived(
      AtomicReferenceArray<@Nullable StreamTask> ring, ScheduledWorkerPool pool, DrainState drain) {
    super(pool, drain);
    this.ring = ring;
    this.mask = ring.length() - 1;
  }

  @Override
  boolean answered(StreamTask task) {
    return task.place() == place(awaited()) || awaitsAny();
  }

  @Override
  boolean submitted(StreamTask task, int arrival) {
    return true;
  }

  @Override
  long answeredBefore() {
    return drain.emittedSeen();
  }

  @Override
  @Nullable StreamTask poll() {
    int place = place(drain.emitted());
    StreamTask task = ring.get(place);
    if (task == null || task.reply() == null) {
      return null;
    }
    drain.countEmitted(); // first: who submits takes a place without a task for an answered one's
    platform().interleave();
    ring.setRelease(place, null);
    return task;
  }

  @Override
  boolean isDue(long number) {
    StreamTask task = ring.get(place(number));
    return task == null || task.reply() != null;
  }

  private int place(long sequence) {
    return (int) sequence & mask;
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
