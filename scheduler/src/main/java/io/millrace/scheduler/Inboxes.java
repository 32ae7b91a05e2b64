package io.millrace.scheduler;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Where tasks wait: one queue that every worker takes from, so that none is idle while there is
 * something for it to do, and one inbox per worker for keyed tasks, so that their order is kept.
 *
 * <p>Each queue could hold the whole of the pool's capacity; {@link Permits} see to it that all of
 * them together never hold more, and so an offer never fails.
 *
 * <p>Parking. A worker raises its flag, fences, and looks once more; a submitter offers, fences,
 * and looks for a flag. One of the two sees the other (Dekker), so no task is left behind a parked
 * worker. Whoever lowers a flag by compare-and-set wakes that worker.
 */
final class Inboxes {

  private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 200 : 0;

  private final Queue<Task> shared;
  private final List<Queue<Task>> keyed;
  private final Thread[] threads;
  private final AtomicIntegerArray parked;
  private final AtomicInteger parkedCount = new AtomicInteger();

  Inboxes(int workers, int capacity) {
    shared = new MpmcVarHandleArrayQueue<>(Math.max(2, capacity));
    keyed = new ArrayList<>(workers);
    for (int i = 0; i < workers; i++) {
      keyed.add(new MpscVarHandleArrayQueue<>(Math.max(2, capacity)));
    }
    threads = new Thread[workers];
    parked = new AtomicIntegerArray(workers);
  }

  /** Before the thread starts. */
  void register(int worker, Thread thread) {
    threads[worker] = thread;
  }

  /** Any thread that holds a permit. */
  void put(Task task) {
    String key = task.invocation.key();
    if (key == null) {
      offer(shared, task);
      VarHandle.fullFence();
      if (parkedCount.get() != 0) {
        wakeAny();
      }
    } else {
      int worker = Math.floorMod(spread(key.hashCode()), threads.length);
      offer(keyed.get(worker), task);
      VarHandle.fullFence();
      wake(worker);
    }
  }

  /**
   * The worker's own thread only. {@code keyedFirst} alternates, so that neither kind starves the
   * other.
   */
  @Nullable Task poll(int worker, boolean keyedFirst) {
    Queue<Task> own = keyed.get(worker);
    Task task = keyedFirst ? own.poll() : shared.poll();
    if (task == null) {
      task = keyedFirst ? shared.poll() : own.poll();
    }
    if (parkedCount.get() != 0 && task != null && !shared.isEmpty()) {
      // This worker may have been woken for what it leaves there: pass the wake-up on.
      wakeAny();
    }
    return task;
  }

  /**
   * The worker's own thread only. Returns when there may be something to do; spurious returns
   * occur.
   */
  void await(int worker, Permits permits) {
    for (int i = 0; i < SPINS; i++) {
      if (hasWork(worker) || permits.isDrained()) {
        return;
      }
      Thread.onSpinWait();
    }
    parked.set(worker, 1);
    parkedCount.incrementAndGet();
    VarHandle.fullFence();
    if (!hasWork(worker) && !permits.isDrained()) {
      // A flag that a subscriber left behind would turn parking into spinning.
      Thread.interrupted();
      LockSupport.park(this);
    }
    tryLower(worker);
  }

  /** Any thread. */
  void wakeAll() {
    for (int worker = 0; worker < threads.length; worker++) {
      wake(worker);
    }
  }

  private boolean hasWork(int worker) {
    return !shared.isEmpty() || !keyed.get(worker).isEmpty();
  }

  private void wakeAny() {
    for (int worker = 0; worker < threads.length; worker++) {
      if (wake(worker)) {
        return;
      }
    }
  }

  private boolean wake(int worker) {
    if (parked.get(worker) != 0 && tryLower(worker)) {
      LockSupport.unpark(threads[worker]);
      return true;
    }
    return false;
  }

  private boolean tryLower(int worker) {
    if (parked.compareAndSet(worker, 1, 0)) {
      parkedCount.decrementAndGet();
      return true;
    }
    return false;
  }

  private static void offer(Queue<Task> queue, Task task) {
    if (!queue.offer(task)) {
      throw new IllegalStateException("a task with a permit found no room: permits are miscounted");
    }
  }

  /** Keys that differ in their high bits only should not all meet on one worker. */
  private static int spread(int hash) {
    return hash ^ hash >>> 16;
  }
}
