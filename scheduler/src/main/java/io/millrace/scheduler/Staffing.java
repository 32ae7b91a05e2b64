package io.millrace.scheduler;

import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPoolLoad;

/**
 * How many workers a pool has: when one is started, and whether one may go. With {@link
 * Sizing#BY_LOAD} the watchdog sets the limit anew each second while there are workers.
 */
final class Staffing {

  private static final long LOOK_NANOS = 1_000_000_000;

  private final ScheduledWorkerPool pool;
  private final Crew crew;
  private final WorkerPoolConfig config;
  private final Slot[] slots;
  private final String name;

  /** So many are enough, but for keys whose worker is missing. Written by the watchdog. */
  private volatile int limit;

  private final boolean byLoad;

  private long nextLookNanos; // watchdog only
  private boolean looked; // watchdog only

  Staffing(
      ScheduledWorkerPool pool, Crew crew, WorkerPoolConfig config, Slot[] slots, String name) {
    this.pool = pool;
    this.crew = crew;
    this.config = config;
    this.slots = slots;
    this.name = name;
    this.limit = slots.length;
    this.byLoad = config.sizing() == Sizing.BY_LOAD;
  }

  /** Any thread: whether dispatch may find that a worker is to be started. */
  boolean canGrow() {
    return crew.live() < slots.length; // a key may want the very one that is missing
  }

  /** The same for what any worker may run. */
  boolean canGrowForAll() {
    return crew.live() < limit;
  }

  // ---- watchdog only

  /** Answers when to look again. */
  long look(long nowNanos) {
    if (!byLoad || crew.live() == 0) {
      looked = false;
      return Long.MAX_VALUE;
    }
    long left = looked ? nextLookNanos - nowNanos : 0;
    if (left > 0) {
      return left;
    }
    looked = true;
    nextLookNanos = nowNanos + LOOK_NANOS;
    WorkerPoolLoad load = pool.load();
    if (load.service().count() > 0) {
      limitTo(load.suggestedWorkers());
    }
    return LOOK_NANOS;
  }

  private void limitTo(int suggested) {
    int least = Math.max(1, config.minWorkers());
    int before = limit;
    limit = Math.max(least, Math.min(slots.length, suggested));
    if (limit < before && hasTooMany()) {
      crew.wakeAll();
    } else if (limit > before) {
      pool.dispatcher().run(); // what waits may want one more
    }
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
      if (forItsOwn || (backlog > idle && canGrowForAll()) || crew.live() < config.minWorkers()) {
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
      if (byLoad) {
        pool.watchdog().wake();
      }
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

  /** Whether it is one too many, and may go without having had nothing to do for long. */
  boolean hasTooMany() {
    return crew.live() > limit;
  }

  /** Answers whether there are enough others for it to go; it is not counted any more then. */
  boolean tryLeave() {
    return crew.tryLeave(config.minWorkers());
  }

  /** The same for one too many: several may find that at the same time. */
  boolean tryLeaveTooMany() {
    return hasTooMany() && crew.tryLeave(limit);
  }
}
