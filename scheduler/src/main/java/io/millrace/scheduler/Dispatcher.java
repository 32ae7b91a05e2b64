package io.millrace.scheduler;

import io.millrace.pipeline.WorkerException;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * Brings tasks from those who submit them to workers that want some.
 *
 * <pre>
 *   submitters --&gt; intake --&gt; shared, by tenant ----&gt; a slot's batch  &lt;-- idle workers steal
 *                       \---&gt; a slot's keyed, ... --&gt; a slot's inbox
 *                             [  dispatch only  ]
 * </pre>
 *
 * <p>Dispatch is a part that one thread at a time plays: whoever has something for it to do counts
 * {@code wip} up, and plays it if nobody else does; who plays it goes on until nobody has asked
 * since. So nobody waits for it, no task is touched by two, and the order among tenants is kept in
 * plain collections. No user code runs there.
 *
 * <p>No wake-up is lost. A worker that has nothing raises its flag, counts itself as hungry and
 * asks for dispatch; a submitter puts its task into the intake, fences, and asks for dispatch if
 * anybody is hungry. One of the two sees the other (Dekker). A worker falls asleep only after it
 * has said so and looked once more; whoever hands it something looks afterwards whether it said so.
 */
final class Dispatcher {

  private final ScheduledWorkerPool pool;
  private final Slot[] slots;
  private final FairQueue shared;
  private final Queue<Task> intake;
  private final Eviction eviction;
  private final DispatchPolicy policy;
  private final Feeder feeder;
  private final AtomicInteger wip = new AtomicInteger();
  private final AtomicInteger dead = new AtomicInteger();
  private final int mostDead;

  Dispatcher(ScheduledWorkerPool pool, WorkerPoolConfig config, Slot[] slots, FairQueue shared) {
    this.pool = pool;
    this.slots = slots;
    this.shared = shared;
    this.policy = config.dispatch();
    this.feeder = new Feeder(pool, slots, shared, policy);
    this.eviction = new Eviction(pool, this, slots, shared, config.overflow());
    this.mostDead = Math.max(64, config.inboxCapacity());
    this.intake =
        new MpscVarHandleArrayQueue<>(2 * mostDead + slots.length + Eviction.MOST_NEWCOMERS);
  }

  /** What workers ask for something. */
  Feeder feeder() {
    return feeder;
  }

  // ---- submitters: any thread

  /** Takes in a task that has room; {@link #poke} comes afterwards, once for several. */
  void put(Task task) {
    while (!intake.offer(task)) {
      run(); // abandoned ones fill it
      pool.platform().onSpinWait();
    }
  }

  /** Somebody may have to come for what was put. */
  void poke() {
    VarHandle.fullFence();
    pool.platform().interleave();
    if (feeder.hungry() != 0 || pool.staffing().canGrow() || pool.isTerminated()) {
      run();
    }
  }

  /**
   * As {@link #squeezeIn(Task, boolean)}; a refusal is told at once, if the policy is to refuse.
   */
  void squeezeIn(Task task) {
    squeezeIn(task, false);
  }

  /**
   * Takes in a task that found no room, by the pool's policy; answers it in any case.
   *
   * @param later whether a refusal is told by the signaller, and not on this thread
   */
  void squeezeIn(Task task, boolean later) {
    pool.deadlines().watch(task);
    if (!pool.isClosed() && eviction.offer(task)) {
      run();
    } else {
      pool.outcomes().refuse(task, later);
    }
  }

  /** A task was abandoned where it stood. It is passed over later; too many are cleared out. */
  void abandoned() {
    if (dead.incrementAndGet() >= mostDead) {
      run();
    }
  }

  // ---- dispatch

  /** Any thread: sees to it that dispatch is done, by this thread or by the one that is at it. */
  void run() {
    if (wip.getAndIncrement() != 0) {
      return;
    }
    int missed = 1;
    do {
      try {
        pass();
      } catch (Throwable unexpected) {
        ScheduledWorkerPool.log("a dispatch failed and is tried again later", unexpected);
      }
      pool.platform().interleave();
      missed = wip.addAndGet(-missed);
    } while (missed != 0);
  }

  private void pass() {
    takeIn();
    if (dead.get() >= mostDead) {
      clearDead();
    }
    WorkerException terminated = pool.terminated();
    if (terminated != null) {
      abandonAll(terminated);
    }
    feeder.feedAll();
    pool.staffing().grow(shared.size(), feeder.hungry());
  }

  private void takeIn() {
    for (Task task = intake.poll(); task != null; task = intake.poll()) {
      if (task.needsRoom()) {
        eviction.admit(task);
      } else {
        enqueue(task);
      }
    }
  }

  /** Dispatch only. */
  void enqueue(Task task) {
    try {
      String key = policy.keyOf(task.invocation);
      if (key == null) {
        shared.add(task);
      } else {
        Slot slot = slots[Math.floorMod(spread(key.hashCode()), slots.length)];
        slot.bindKeys();
        slot.keyed.add(task);
      }
    } catch (Throwable noHeap) {
      WorkerException failure =
          new WorkerException.WorkerTerminated("it could not be queued: " + noHeap, noHeap);
      pool.outcomes().tryAnswerWaiting(task, () -> failure, true);
    }
  }

  /** Keys that differ in their high bits only should not all meet on one worker. */
  private static int spread(int hash) {
    return hash ^ (hash >>> 16);
  }

  /** Dispatch only: answers all that wait. */
  void abandonAll(WorkerException failure) {
    eviction.abandonAll(failure);
  }

  private void clearDead() {
    dead.set(0);
    shared.removeIf(Task::isDone, task -> {});
    for (Slot slot : slots) {
      slot.keyed.removeIf(Task::isDone, task -> {});
    }
  }
}
