package io.millrace.scheduler;

import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPoolMetrics;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * How invocations end otherwise than by their worker: who wins the answer, what room comes free,
 * what is counted, and where the answer is delivered. All methods: any thread.
 */
final class Outcomes {

  private final ScheduledWorkerPool pool;
  private final Slot[] slots;
  private final LongAdder failed = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder evicted = new LongAdder();

  Outcomes(ScheduledWorkerPool pool, Slot[] slots) {
    this.pool = pool;
    this.slots = slots;
  }

  // ---- what waits

  /**
   * Answers a task that has not begun with a failure.
   *
   * @param later whether the answer is to be delivered by the signaller, and not on this thread
   * @return whether this caller won it
   */
  boolean tryAnswerWaiting(Task task, Supplier<WorkerException> failure, boolean later) {
    if (!tryTakeAway(task)) {
      return false;
    }
    failed.increment();
    fail(task, failure.get(), 0, later);
    return true;
  }

  /** The same for one that goes since there is too much. */
  void evict(Task task, WorkerException failure) {
    if (tryTakeAway(task)) {
      evicted.increment();
      fail(task, failure, 0, true);
    }
  }

  /** The victim is this caller's already, and its room goes over to another one. */
  void evicted(Task victim, WorkerException failure) {
    evicted.increment();
    victim.dropPayload();
    fail(victim, failure, 0, true);
  }

  /** An invocation that got no room. */
  void refuse(Task task, boolean later) {
    if (task.tryWithdraw()) {
      fail(task, refusal(), 0, later);
    }
  }

  WorkerException refusal() {
    rejected.increment();
    return pool.isClosed()
        ? new WorkerException.PoolClosed("worker pool")
        : new WorkerException.InboxFull(pool.admission().capacity(), retryAfter());
  }

  /** About when a place comes free: one worker's next end. */
  private Duration retryAfter() {
    return Duration.ofNanos(pool.loadMeter().meanServiceNanos() / Math.max(1, pool.crew().live()));
  }

  private boolean tryTakeAway(Task task) {
    if (!task.tryWithdraw()) { // first: it may get room meanwhile, and never loses it again
      pool.platform().interleave();
      if (!task.tryAbandon()) {
        return false;
      }
      departed();
    }
    task.dropPayload();
    return true;
  }

  /** Room came free otherwise than by a worker's begin. */
  void departed() {
    pool.admission().abandoned();
    pool.dispatcher().abandoned();
    if (pool.roomQueue().isAwaited()) {
      pool.roomQueue().offer();
    }
    if (pool.admission().isDrained()) {
      pool.crew().wakeAll();
    }
  }

  // ---- what runs

  /** Stops a guest that runs and answers in its place, without waiting for it. */
  boolean tryStop(Task task, Supplier<WorkerException> failure) {
    if (!task.tryStop(pool.platform(), pool.crew()::threadOf)) {
      return false;
    }
    Worker worker = slots[task.runner()].worker();
    failed.increment();
    fail(task, failure.get(), ranNanos(worker), true);
    watchStop(task, worker);
    return true;
  }

  /** A subscriber gave a task up: nobody is answered. */
  void cancel(Task task) {
    if (!tryCancelWaiting(task) && task.tryStop(pool.platform(), pool.crew()::threadOf)) {
      Worker worker = slots[task.runner()].worker();
      pool.deadlines().forget(task);
      countCancelled(task, ranNanos(worker));
      watchStop(task, worker);
    }
  }

  /** Of the run that was just stopped. */
  private long ranNanos(@Nullable Worker worker) {
    return worker == null ? 0 : Math.max(0, pool.platform().nanoTime() - worker.startNanos());
  }

  /** A worker that is gone, or another one by now, has come back from that run. */
  private void watchStop(Task task, @Nullable Worker worker) {
    if (worker != null) {
      pool.watchdog().watchStop(task, worker);
    }
  }

  /** The same for many: what waits goes first, or a worker that stops would begin it. */
  boolean tryCancelWaiting(Task task) {
    if (!tryTakeAway(task)) {
      return false;
    }
    pool.deadlines().forget(task);
    countCancelled(task, 0);
    return true;
  }

  private void countCancelled(Task task, long ranNanos) {
    cancelled.increment();
    pool.announcer().cancelled(task, ranNanos);
  }

  /** The task of a worker whose thread died, which has not answered it. */
  void answerDead(Task task, int runner, WorkerException failure) {
    if (tryAnswerWaiting(task, () -> failure, true)
        || task.runner() != runner
        || task.isAnsweredByRunner()) { // whoever ended it delivers, whatever is thrown
      return;
    }
    long sojournNanos = task.sojournNanos(pool.platform().nanoTime());
    Reply.Failed answer = new Reply.Failed(task.invocation, failure, 0, sojournNanos);
    Runnable delivery = () -> tell(task, answer); // while there is heap for it
    if (task.tryEnd(runner, answer, pool.platform())) {
      try {
        task.dropPayload();
        failed.increment();
        pool.deadlines().forget(task);
      } finally { // whatever is thrown for want of heap: nobody else can deliver it any more
        pool.signaller().add(delivery);
      }
    }
  }

  // ---- answers

  private void fail(Task task, WorkerException failure, long ranNanos, boolean later) {
    pool.deadlines().forget(task);
    pool.platform().interleave();
    long sojournNanos = task.sojournNanos(pool.platform().nanoTime());
    Reply.Failed reply = new Reply.Failed(task.invocation, failure, ranNanos, sojournNanos);
    if (later) {
      pool.signaller().add(() -> tell(task, reply));
    } else {
      tell(task, reply);
    }
  }

  private void tell(Task task, Reply.Failed reply) {
    try {
      pool.announcer().failed(reply);
    } finally {
      task.reply(reply);
      deliver(task);
    }
  }

  /**
   * Runs the subscriber's code. Should that throw, it is its own harm: the others go on. Answers
   * whether any such code may have run.
   */
  static boolean deliver(Task task) {
    return deliver(task, null);
  }

  /**
   * @param runner the slot whose worker has run it, if this is that worker
   */
  static boolean deliver(Task task, @Nullable Slot runner) {
    try {
      return runner == null ? task.deliver() : task.deliverBy(runner);
    } catch (Throwable subscriberThrew) {
      dropError(subscriberThrew, Context.empty());
      return true;
    }
  }

  /**
   * Tells Reactor of an error that nobody can be told of. A hook that throws harms nobody either.
   */
  static void dropError(Throwable error, ContextView context) {
    try {
      Operators.onErrorDropped(error, Context.of(context));
    } catch (Throwable hookThrew) {
      ScheduledWorkerPool.log("the hook for dropped errors threw", hookThrew);
    }
  }

  // ---- counts

  long rejected() {
    return rejected.sum();
  }

  WorkerPoolMetrics metrics() {
    long completed = 0;
    long failures = failed.sum();
    for (Slot slot : slots) {
      completed += slot.tally.completed();
      failures += slot.tally.failed();
    }
    Crew crew = pool.crew();
    return new WorkerPoolMetrics(
        slots.length,
        crew.live(),
        pool.admission().waiting(),
        crew.running(),
        completed,
        failures,
        rejected.sum(),
        evicted.sum(),
        cancelled.sum(),
        crew.abandoned(),
        crew.died(),
        pool.announcer().dropped(),
        pool.claims().count(),
        pool.claims().quarantinedBytes());
  }
}
