package io.millrace.scheduler;

import io.millrace.pipeline.WorkerException;
import java.util.Objects;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * How a pool ends: closed, it takes nothing more in and runs what it has; terminated, it answers
 * all that waits and stops what runs. All methods: any thread, and as often as one likes.
 */
final class Shutdown {

  /** Guests that do not stop are given up after the grace time, and within so much more. */
  private static final long SPARE_NANOS = 1_000_000_000;

  private final ScheduledWorkerPool pool;
  private final WorkerPoolConfig config;
  private final Sinks.One<WorkerException> termination = Sinks.one();

  Shutdown(ScheduledWorkerPool pool, WorkerPoolConfig config) {
    this.pool = pool;
    this.config = config;
  }

  /** Drains within the pool's limit, then terminates; waits for that where it may. */
  void close() {
    stopAccepting();
    if (isOwnThread(Thread.currentThread())) {
      // It cannot wait for itself.
      pool.watchdog().terminateAt(pool.platform().nanoTime() + config.drainTimeoutNanos());
    } else if (!pool.crew().join(config.drainTimeoutNanos())) {
      terminate();
      pool.crew().join(config.graceNanos() + SPARE_NANOS);
    }
  }

  private boolean isOwnThread(Thread thread) {
    return pool.crew().isOwnThread(thread)
        || pool.signaller().isDelivering(thread)
        || pool.watchdog().isOwnThread(thread);
  }

  private void stopAccepting() {
    if (pool.admission().tryClose()) {
      pool.streams().closeAll();
    }
    pool.crew().wakeAll();
  }

  /** So many guests did not stop that the pool had better not start more. */
  void failClosed() {
    terminate(
        "the pool closed itself: more than "
            + config.mostAbandoned()
            + " guests did not stop when told to; find out which, or raise mostAbandoned");
  }

  void terminate() {
    terminate("worker was terminated");
  }

  /** Runs no user code: the watchdog terminates, too. */
  private void terminate(String why) {
    if (!pool.isTerminated()) {
      pool.terminated(new WorkerException.WorkerTerminated(why, null));
    }
    WorkerException terminated = Objects.requireNonNull(pool.terminated());
    boolean closes = pool.admission().tryClose();
    pool.claims().endAll(terminated);
    pool.dispatcher().run(); // answers what waits
    pool.crew().stopAll();
    if (closes) { // behind the others' answers, as their publishers may take long to cancel
      pool.streams().closeAll();
    }
    pool.crew().wakeAll();
    termination.tryEmitValue(terminated); // once
  }

  /**
   * Emits why the pool was terminated; never, if it is closed in peace. To each of its subscribers
   * by itself: one that throws keeps no other from it, nor does one that blocks while Reactor has
   * another thread. Those are there when the pool's have ended.
   */
  Mono<WorkerException> termination() {
    return termination.asMono().publishOn(Schedulers.boundedElastic());
  }
}
