package io.millrace.scheduler;

import io.millrace.pipeline.WorkerException;

/** How many workers a pool has: when one is started, and whether one may go. */
final class Staffing {

  private final ScheduledWorkerPool pool;
  private final Crew crew;
  private final WorkerPoolConfig config;
  private final Slot[] slots;
  private final String name;

  Staffing(
      ScheduledWorkerPool pool, Crew crew, WorkerPoolConfig config, Slot[] slots, String name) {
    this.pool = pool;
    this.crew = crew;
    this.config = config;
    this.slots = slots;
    this.name = name;
  }

  /** Any thread: whether dispatch may find that a worker is to be started. */
  boolean canGrow() {
    return crew.live() < slots.length;
  }

  // ---- dispatch only

  /** Starts workers for what waits and nobody is there to take, in the shared queue or batches. */
  void grow(int shared, int hungry) {
    if (!canGrow() || pool.isTerminated()) {
      return;
    }
    int backlog = shared;
    int idle = hungry;
    int bound = 0;
    for (Slot slot : slots) {
      Worker worker = slot.worker();
      backlog += slot.batch.size();
      idle += worker != null && worker.state() instanceof WorkerState.Starting ? 1 : 0;
      bound += slot.keyed.size();
    }
    if (backlog + bound + leftBehind() == 0) {
      return;
    }
    for (Slot slot : slots) {
      if (slot.worker() != null) {
        continue;
      }
      boolean forItsOwn = slot.keyed.size() > 0 || !slot.isEmpty();
      if (forItsOwn || backlog > idle || crew.live() < config.minWorkers()) {
        idle += start(slot) ? 1 : 0;
      }
    }
  }

  /** What was handed to workers that are gone. */
  private int leftBehind() {
    int left = 0;
    for (Slot slot : slots) {
      left += slot.worker() == null && !slot.isEmpty() ? 1 : 0;
    }
    return left;
  }

  private boolean start(Slot slot) {
    pool.loadMeter().begin(pool.platform().nanoTime());
    Worker worker = new Worker(pool, slot, config.idle(), name + "-worker-" + slot.index);
    Throwable noThread = crew.tryStart(worker);
    if (noThread == null) {
      return true;
    }
    if (crew.live() == 0) {
      pool.dispatcher()
          .abandonAll(new WorkerException.WorkerTerminated("no thread could be started", noThread));
    }
    return false;
  }

  // ---- workers: each for itself

  long keepAliveNanos() {
    return crew.live() > config.minWorkers() ? config.keepAliveNanos() : Platform.FOR_EVER;
  }

  /** Answers whether there are enough others for it to go; it is not counted any more then. */
  boolean tryLeave() {
    return crew.tryLeave(config.minWorkers());
  }
}
