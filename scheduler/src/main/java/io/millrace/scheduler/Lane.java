package io.millrace.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What waits of one tenant: by priority, and within a priority in the order of arrival. Dispatch
 * only, but for {@link #costNanos}.
 */
final class Lane {

  /** A run counts for an eighth of what the estimate was before. */
  private static final int MOST_WEIGHT = 8;

  private static final VarHandle COST_NANOS;

  static {
    try {
      COST_NANOS = MethodHandles.lookup().findVarHandle(Lane.class, "costNanos", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** As many as the heaviest weight: so the shortest runs differ by weight, too. */
  static final int PARTS = WorkerPoolConfig.HIGHEST_WEIGHT;

  /** A queue that had grown beyond this gives its array up when it is empty. */
  private static final int KEPT = 64;

  private final int weight;
  private ArrayDeque<Task> normal = new ArrayDeque<>();
  private int mostNormal;

  /** Other priorities than 0, highest first; made when the first such task comes. */
  private @Nullable TreeMap<Integer, ArrayDeque<Task>> others;

  private int size;

  /**
   * How much it has been served by weight, in {@link #PARTS} of a nanosecond. {@link FairQueue}
   * goes by this. It may overflow: only differences count.
   */
  private long served;

  /** What a run takes of late. Written by workers, racily: an estimate. */
  @SuppressWarnings("unused") // through COST_NANOS
  private long costNanos;

  Lane(int weight) {
    this.weight = weight;
  }

  void add(Task task, boolean byPriority) {
    int priority = byPriority ? task.invocation.priority() : 0;
    if (priority == 0) {
      normal.add(task);
      mostNormal = Math.max(mostNormal, normal.size());
    } else {
      if (others == null) {
        others = new TreeMap<>(Collections.reverseOrder());
      }
      others.computeIfAbsent(priority, none -> new ArrayDeque<>()).add(task);
    }
    size++;
  }

  /** The oldest of the highest priority. */
  @Nullable Task poll() {
    TreeMap<Integer, ArrayDeque<Task>> byPriority = others;
    if (byPriority == null || byPriority.isEmpty()) {
      return pollNormal();
    }
    Map.Entry<Integer, ArrayDeque<Task>> first = byPriority.firstEntry();
    return first.getKey() > 0 || normal.isEmpty() ? poll(first) : pollNormal();
  }

  /** The oldest of the lowest priority: what can best be done without. */
  @Nullable Task pollLeast() {
    TreeMap<Integer, ArrayDeque<Task>> byPriority = others;
    if (byPriority == null || byPriority.isEmpty()) {
      return pollNormal();
    }
    Map.Entry<Integer, ArrayDeque<Task>> last = byPriority.lastEntry();
    return last.getKey() < 0 || normal.isEmpty() ? poll(last) : pollNormal();
  }

  private @Nullable Task pollNormal() {
    Task task = normal.poll();
    size -= task == null ? 0 : 1;
    if (mostNormal > KEPT && normal.isEmpty()) {
      normal = new ArrayDeque<>();
      mostNormal = 0;
    }
    return task;
  }

  private @Nullable Task poll(Map.Entry<Integer, ArrayDeque<Task>> entry) {
    Task task = entry.getValue().poll();
    size -= task == null ? 0 : 1;
    if (entry.getValue().isEmpty() && others != null) {
      others.remove(entry.getKey());
    }
    return task;
  }

  /** Removes what the test says; hands it over. */
  void removeIf(Predicate<Task> unwanted, Consumer<Task> removed) {
    removeIf(normal, unwanted, removed);
    if (others != null) {
      others.values().forEach(queue -> removeIf(queue, unwanted, removed));
      others.values().removeIf(ArrayDeque::isEmpty);
    }
  }

  private void removeIf(ArrayDeque<Task> queue, Predicate<Task> unwanted, Consumer<Task> removed) {
    for (Iterator<Task> each = queue.iterator(); each.hasNext(); ) {
      Task task = each.next();
      if (unwanted.test(task)) {
        each.remove();
        size--;
        removed.accept(task);
      }
    }
  }

  int size() {
    return size;
  }

  long served() {
    return served;
  }

  /** Comes back from having had nothing: what it did not use meanwhile is not owed to it. */
  void resumeAt(long othersServed) {
    if (othersServed - served > 0) {
      served = othersServed;
    }
  }

  /** One of its tasks goes to a worker. */
  void charge() {
    served += Math.max(1, costNanos() * PARTS / weight);
  }

  /** Any worker: how long some of its runs took together. */
  void took(int runs, long serviceNanos) {
    long cost = costNanos();
    long mean = serviceNanos / runs;
    int weight = Math.min(runs, MOST_WEIGHT);
    COST_NANOS.setOpaque(this, cost == 0 ? mean : cost + (mean - cost) * weight / MOST_WEIGHT);
  }

  /** Any thread: what a run takes of late; 0 when that is not known. */
  long costNanos() {
    return (long) COST_NANOS.getOpaque(this);
  }
}
