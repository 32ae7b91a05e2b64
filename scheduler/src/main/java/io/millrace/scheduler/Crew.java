package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a pool, from the start of their threads to their ends. Workers are started within
 * dispatch only, so by one thread at a time; they end wherever they end. How many there are to be
 * is {@link Staffing}'s to say.
 */
final class Crew {

  /**
   * How often a closer looks again. Nobody wakes it when the last claim or drain ends, or when the
   * worker that it waits for is given up.
   */
  private static final long LOOK_NANOS = 1_000_000;

  /** A submitter that has not come after so many is not running. */
  private static final int MOST_QUICK_LOOKS = 100;

  private final ScheduledWorkerPool pool;
  private final WorkerPoolConfig config;
  private final Slot[] slots;
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
  private final AtomicInteger live = new AtomicInteger();
  private final AtomicInteger stuck = new AtomicInteger();
  private final AtomicLong abandoned = new AtomicLong();
  private final AtomicLong died = new AtomicLong();

  Crew(ScheduledWorkerPool pool, WorkerPoolConfig config, Slot[] slots) {
    this.pool = pool;
    this.config = config;
    this.slots = slots;
  }

  int live() {
    return live.get();
  }

  /** Threads given up so far, including those that have ended since. */
  long abandoned() {
    return abandoned.get();
  }

  /** Threads that died and were replaced. */
  long died() {
    return died.get();
  }

  /** Of the worker that is in a slot, while it runs something. */
  Thread threadOf(int slot) {
    return Objects.requireNonNull(slots[slot].worker()).thread();
  }

  int running() {
    int running = 0;
    for (Slot slot : slots) {
      Worker worker = slot.worker();
      running += worker != null && worker.state() instanceof WorkerState.Running ? 1 : 0;
    }
    return running;
  }

  /** The pool was closed, nothing waits, and no worker is left. */
  boolean hasEnded() {
    return live.get() == 0 && pool.admission().isDrained();
  }

  boolean isOwnThread(Thread thread) {
    return threads.contains(thread);
  }

  // ---- starting: dispatch only

  /** Puts a worker into its slot and starts its thread. Answers why that failed, if it did. */
  @Nullable Throwable tryStart(Worker worker) {
    Slot slot = worker.slot();
    slot.worker(worker);
    live.incrementAndGet();
    try {
      threads.removeIf(pool.platform()::hasEnded);
      threads.add(worker.thread());
      pool.platform().start(worker.thread());
      return null;
    } catch (Throwable noThread) {
      threads.remove(worker.thread());
      slot.worker(null);
      ScheduledWorkerPool.log("a worker's thread could not be started", noThread);
      live.decrementAndGet();
      return noThread;
    }
  }

  // ---- ending

  /**
   * The worker's own thread: answers whether more than {@code least} were there, itself included.
   */
  boolean tryLeave(int least) {
    while (true) {
      int seen = live.get();
      if (seen <= least) {
        return false;
      }
      if (live.compareAndSet(seen, seen - 1)) {
        return true;
      }
    }
  }

  /** The worker's own thread, as the last thing it does. */
  void ended(Worker worker, WorkerState.Phase end, @Nullable Throwable cause) {
    Slot slot = worker.slot();
    if (!worker.tryTerminate(end)) {
      stuck.decrementAndGet(); // it had been given up, and another one has its slot
      worker.closeLease();
      return;
    }
    try {
      if (end == WorkerState.Phase.DIED) {
        died.incrementAndGet();
        answerDead(worker, cause);
        String name = worker.thread().getName();
        pool.announcer().eventLater(new WorkerEvent.WorkerDied(name, cause));
      }
    } catch (Throwable noHeap) {
      ScheduledWorkerPool.log("of a worker that died not all could be told", noHeap);
    } finally { // whatever it died of: its slot is somebody else's
      worker.closeLease();
      pool.dispatcher().feeder().tryUnwant(slot);
      empty(worker, end != WorkerState.Phase.UNUSED);
      replace(worker);
    }
  }

  private void answerDead(Worker worker, @Nullable Throwable cause) {
    Task task = worker.current();
    if (task != null) {
      pool.outcomes().answerDead(task, worker.slot().index, ofDeath(cause));
    }
  }

  /** What it died of may be that there is no heap to say so, or something that cannot be named. */
  private static WorkerException ofDeath(@Nullable Throwable cause) {
    try {
      return new WorkerException.WorkerTerminated("the worker's thread died: " + cause, cause);
    } catch (Throwable noText) {
      return new WorkerException.WorkerTerminated("the worker's thread died", null);
    }
  }

  /** The watchdog: a guest was told to stop and went on for the grace time. */
  void abandon(Worker worker, Invocation invocation) {
    if (!worker.tryTerminate(WorkerState.Phase.ABANDONED)) {
      return;
    }
    abandoned.incrementAndGet();
    String name = worker.thread().getName();
    pool.announcer().eventLater(new WorkerEvent.WorkerAbandoned(name, invocation));
    threads.remove(worker.thread());
    empty(worker, true); // first: who closes the pool does not wait for it
    if (stuck.incrementAndGet() > config.mostAbandoned()) {
      pool.shutdown().failClosed();
    }
    replace(worker);
  }

  private void empty(Worker worker, boolean counted) {
    giveOutLeft(worker.slot()); // first: what the signaller has to do keeps the watchdog
    worker.slot().worker(null);
    if (counted) {
      live.decrementAndGet();
    }
  }

  /** The worker has ended, and comes for nothing that it has left. */
  private void giveOutLeft(Slot slot) {
    try {
      slot.left.takeAll(stream -> pool.signaller().add(stream::drain));
    } catch (Throwable noHeap) {
      ScheduledWorkerPool.log("replies that a worker had left could not be given out", noHeap);
    }
  }

  /** Its slot is empty: sees to what it would have done. */
  private void replace(Worker worker) {
    if (pool.streams().holdAny()) {
      pool.streams().submitHeld(); // it may have been the last that would have come for that
    }
    pool.dispatcher().run(); // somebody may be needed in its place
    pool.dispatcher().feeder().wakeThief(worker.slot());
    if (pool.admission().isDrained()) {
      wakeAll();
    }
  }

  /** All that sleep look whether it is time to end. */
  void wakeAll() {
    for (Slot slot : slots) {
      Worker worker = slot.worker();
      if (worker != null) {
        pool.platform().unpark(worker.thread());
      }
    }
    if (hasEnded()) {
      pool.announcer().end();
      pool.watchdog().wakeToEnd();
      pool.signaller().wake();
    }
  }

  /** Stops what runs, and what builds a guest. */
  void stopAll() {
    WorkerException failure = Objects.requireNonNull(pool.terminated());
    for (Slot slot : slots) {
      Worker worker = slot.worker();
      if (worker == null) {
        continue;
      }
      Task task = worker.current();
      boolean stopped = task != null && pool.outcomes().tryStop(task, () -> failure);
      if (task != null && !stopped) {
        // Taken and not begun: its worker may be building a guest.
        pool.outcomes().tryAnswerWaiting(task, () -> failure, true);
      }
      if (!stopped && worker.isBuilding()) {
        pool.platform().interrupt(worker.thread());
      }
    }
  }

  /** Mostly it is a few instructions away; but a claim may be open up to its deadline. */
  private void awaitSubmitter(int looks) throws InterruptedException {
    if (pool.claims().count() == 0 && looks < MOST_QUICK_LOOKS) {
      pool.platform().yieldNow();
    } else {
      pause();
    }
  }

  private void pause() throws InterruptedException {
    pool.platform().park(this, LOOK_NANOS);
    if (Thread.interrupted()) {
      throw new InterruptedException("the closer waited for a claim or a subscriber");
    }
  }

  /** Waits for all workers; answers whether they have ended in time. */
  boolean join(long nanos) {
    Platform platform = pool.platform();
    long start = platform.nanoTime();
    int looks = 0;
    try {
      while (platform.nanoTime() - start < nanos) {
        Thread next = threads.peek();
        boolean ended = next == null && hasEnded();
        if (ended && pool.streams().leftDrains() == 0) {
          return true;
        }
        if (ended) {
          pause(); // a subscriber takes long
        } else if (next == null) {
          pool.dispatcher().run(); // a submitter has room and has not come this far yet
          awaitSubmitter(looks++);
        } else if (platform.join(next, LOOK_NANOS)) {
          threads.remove(next);
        } else {
          platform.yieldNow(); // one that is not started yet cannot be waited for
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt(); // the closer is in a hurry: stop waiting, terminate
    }
    return false;
  }
}
