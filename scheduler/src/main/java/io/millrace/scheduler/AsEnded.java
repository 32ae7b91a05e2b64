package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Replies as invocations end. What was submitted stands in a table, so that it can be cancelled.
 *
 * <p>A task's place says where it is: from 0 on among the arrivals; below 0, as its complement, in
 * the table; or {@link #EARLY}, when its reply is out and it was never submitted. Who submits moves
 * it to the table, the drain to EARLY, by compare-and-set: one of the two sees the other.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>arrivals, table</td><td>volatile, any thread reads</td></tr>
 *   <tr><td>free, freed</td><td>written in the drain, freed by release; read in submission</td></tr>
 *   <tr><td>taken</td><td>submission only</td></tr>
 * </table>
 */
final class AsEnded implements ReplyOrder {

  private static final int EARLY = Integer.MIN_VALUE;

  private final DrainState drain;
  private final AtomicReferenceArray<@Nullable StreamTask> arrivals;
  private final AtomicReferenceArray<@Nullable StreamTask> table;
  private final MpscVarHandleArrayQueue<StreamTask> ended;

  /** A ring of the table's places that are free. */
  private final int[] free;

  private final AtomicInteger freed;
  private int taken;

  AsEnded(AtomicReferenceArray<@Nullable StreamTask> arrivals, DrainState drain) {
    this.drain = drain;
    int places = arrivals.length();
    this.arrivals = arrivals;
    this.table = new AtomicReferenceArray<>(places);
    this.ended = new MpscVarHandleArrayQueue<>(Math.max(4, places));
    this.free = new int[places];
    this.freed = new AtomicInteger(places);
    for (int place = 0; place < places; place++) {
      free[place] = place;
    }
  }

  @Override
  public void answered(StreamTask task) {
    if (!ended.offer(task)) {
      throw new IllegalStateException("more replies than invocations under way");
    }
  }

  @Override
  public boolean submitted(StreamTask task, int arrival) {
    int place = free[taken & (free.length - 1)];
    table.setRelease(place, task); // first: once it is told where it stands, the drain frees that
    arrivals.setRelease(arrival, null);
    if (task.tryMove(arrival, ~place)) {
      taken++;
      return true;
    }
    table.setRelease(place, null);
    return false;
  }

  @Override
  public long answeredBefore() {
    return 0;
  }

  @Override
  public @Nullable StreamTask next() {
    StreamTask task = ended.poll();
    if (task == null) {
      return null;
    }
    drain.countEmitted();
    int arrival = task.placeNow();
    if (arrival < 0 || !task.tryMove(arrival, EARLY)) {
      int place = ~task.placeNow();
      table.setRelease(place, null);
      int next = freed.getPlain();
      free[next & (free.length - 1)] = place;
      freed.setRelease(next + 1);
    }
    return task;
  }

  @Override
  public void forEach(Consumer<StreamTask> action) {
    for (int place = 0; place < table.length(); place++) {
      StreamTask submitted = table.get(place);
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
