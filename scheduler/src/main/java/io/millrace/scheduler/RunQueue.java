package io.millrace.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What a worker was handed and has not begun. Dispatch fills it when its owner has found it empty
 * and said so; the owner takes from its head without an atomic; others take what they find, too.
 *
 * <p>Owner and another one may come by the same task at the same time. That is harmless, since a
 * task is begun by compare-and-set on its own state: a second one in the queue would decide
 * nothing.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>cells</td><td>filled in dispatch, plain, before end; emptied by the owner, opaque, and
 *       by others, compare-and-set</td></tr>
 *   <tr><td>end</td><td>dispatch, release; acquire</td></tr>
 *   <tr><td>next</td><td>owner, opaque; opaque by others, as a hint where to look</td></tr>
 * </table>
 */
final class RunQueue extends Padded {

  private static final VarHandle NEXT;
  private static final VarHandle END;

  static {
    try {
      NEXT = MethodHandles.lookup().findVarHandle(RunQueue.class, "next", int.class);
      END = MethodHandles.lookup().findVarHandle(RunQueue.class, "end", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final AtomicReferenceArray<@Nullable Task> cells;
  private final int mask;
  private int next;
  private int end;

  /**
   * @param places a power of two
   */
  RunQueue(int places) {
    cells = new AtomicReferenceArray<>(places);
    mask = places - 1;
  }

  /** Dispatch only, between an owner's wish and {@link #handOver}. */
  void put(int index, Task task) {
    int cell = (end + index) & mask;
    if (cells.get(cell) != null) {
      throw new IllegalStateException("a worker that asked for work had room for none");
    }
    cells.setPlain(cell, task);
  }

  /** Dispatch only: so many were put. */
  void handOver(int count) {
    END.setRelease(this, end + count);
  }

  /** Owner only: the oldest. */
  @Nullable Task poll() {
    int place = next;
    for (int last = (int) END.getAcquire(this); place != last; ) {
      int cell = place++ & mask;
      Task task = cells.getPlain(cell);
      if (task != null) {
        cells.setOpaque(cell, null);
        NEXT.setOpaque(this, place);
        return task;
      }
    }
    NEXT.setOpaque(this, place);
    return null;
  }

  /** Owner only: whether there was more than it has taken; others may have taken that. */
  boolean hasMore() {
    return next != (int) END.getAcquire(this);
  }

  /** Any thread: the oldest that it finds. */
  @Nullable Task steal() {
    int last = (int) END.getAcquire(this);
    for (int place = first(last); last - place > 0; place++) {
      Task task = cells.get(place & mask);
      if (task != null && cells.compareAndSet(place & mask, task, null)) {
        return task;
      }
    }
    return null;
  }

  /** Any thread: as seen at one moment. */
  int size() {
    int size = 0;
    int last = (int) END.getAcquire(this);
    for (int place = first(last); last - place > 0; place++) {
      size += cells.get(place & mask) == null ? 0 : 1;
    }
    return size;
  }

  /** Any thread. */
  boolean isEmpty() {
    int last = (int) END.getAcquire(this);
    int place = first(last);
    while (last - place > 0 && cells.get(place & mask) == null) {
      place++;
    }
    return last - place <= 0;
  }

  /** Where to look from; what stands further back than there are places is gone. */
  private int first(int last) {
    int place = (int) NEXT.getOpaque(this);
    return last - place > cells.length() ? last - cells.length() : place;
  }
}
