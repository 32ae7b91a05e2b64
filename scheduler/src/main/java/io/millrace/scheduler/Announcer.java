package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolRecorder;
import io.millrace.pipeline.spi.EscapedSliceException;
import io.millrace.pipeline.spi.Guest;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * Tells the pool's recorder and the subscribers of its events what happens. Any thread.
 *
 * <p>Events go through a small queue to the signaller, so that workers tell them in turn, and from
 * there to each subscriber through a buffer and a scheduler's thread of its own: so no subscriber
 * holds up a worker or another subscriber. What is too much is dropped and counted, the oldest
 * first.
 */
final class Announcer {

  private static final long LOG_EVERY_NANOS = 1_000_000_000;
  private static final long NEVER = Long.MIN_VALUE;

  private final ScheduledWorkerPool pool;
  private final WorkerPoolRecorder recorder;
  private final boolean records;
  private final BlockingQueue<WorkerEvent> pending =
      new ArrayBlockingQueue<>(WorkerPool.EVENTS_KEPT);
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Sinks.Many<WorkerEvent> sink = Sinks.many().multicast().directBestEffort();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Set<String> complained = ConcurrentHashMap.newKeySet();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong unlogged = new AtomicLong();
  private final AtomicLong nextLogNanos = new AtomicLong(NEVER);

  Announcer(ScheduledWorkerPool pool, WorkerPoolRecorder recorder) {
    this.pool = pool;
    this.recorder = recorder;
    this.records = recorder != WorkerPoolRecorder.NONE;
  }

  Flux<WorkerEvent> events() {
    return sink.asFlux()
        .onBackpressureBuffer(
            WorkerPool.EVENTS_KEPT - 1,
            event -> dropped.incrementAndGet(),
            BufferOverflowStrategy.DROP_OLDEST)
        .publishOn(Schedulers.boundedElastic(), false, 1); // which is on its way
  }

  /** Events that a subscriber did not get. */
  long dropped() {
    return dropped.get();
  }

  /** The pool has ended: nothing happens any more. */
  void end() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    if (sink.currentSubscriberCount() == 0) {
      complete();
      return;
    }
    pool.signaller()
        .add(
            () -> {
              deliver();
              complete();
            });
  }

  private void complete() {
    Sinks.EmitResult result;
    do {
      result = sink.tryEmitComplete(); // bare: whoever closes the pool may be a thread of Reactor's
    } while (result == Sinks.EmitResult.FAIL_NON_SERIALIZED);
  }

  // ---- what happens

  /** The submitter, first of all. */
  void submitted(Invocation invocation, CoreSubscriber<?> subscriber) {
    if (records) {
      safely("submitted", each -> each.submitted(invocation, subscriber.currentContext()));
    }
  }

  /** The worker's thread: a guest has ended this by itself. */
  void ended(Reply reply, Guest guest) {
    InvocationEvent.record(reply);
    if (records) {
      safely("ended", each -> each.ended(reply, cost(reply, guest)));
    }
    if (reply instanceof Reply.Failed failed && isEvent(failed.failure())) {
      event(new WorkerEvent.InvocationFailed(reply.invocation(), failed.failure()));
    }
  }

  /** A guest that was not called tells of the call before. */
  private InvocationCost cost(Reply reply, Guest guest) {
    boolean uncalled =
        reply instanceof Reply.Failed failed
            && (failed.failure() == pool.terminated()
                || failed.failure() instanceof WorkerException.InstanceBusy);
    return uncalled ? InvocationCost.UNKNOWN : guest.cost();
  }

  /** What guests and codecs do wrong; what they refuse, or what is too much, is daily business. */
  private static boolean isEvent(WorkerException failure) {
    return failure instanceof WorkerException.GuestTrap
        || failure instanceof WorkerException.GuestExit
        || failure instanceof WorkerException.HostFunctionFailed
        || failure instanceof WorkerException.CodecFailed
        || failure instanceof WorkerException.SliceMisuse
        || failure instanceof WorkerException.AbiMismatch
        || failure instanceof WorkerException.WorkerTerminated;
  }

  /** It was failed by somebody else. */
  void failed(Reply.Failed reply) {
    InvocationEvent.record(reply);
    if (records) {
      safely("failed", each -> each.failed(reply));
    }
  }

  /**
   * @param ranNanos how long its guest has run so far; 0 when it has not begun
   */
  void cancelled(Task task, long ranNanos) {
    InvocationEvent.recordCancelled(task, ranNanos, pool.platform());
    if (records) {
      safely("cancelled", each -> each.cancelled(task.invocation));
    }
  }

  /** The worker's thread: a guest that somebody has stopped is back, with an answer for nobody. */
  void stopped(Reply answer, Guest guest) {
    if (records) {
      safely(
          "stopped",
          each -> each.stopped(answer.invocation(), answer.serviceNanos(), cost(answer, guest)));
    }
    if (answer instanceof Reply.Failed failed
        && failed.failure().getCause() instanceof EscapedSliceException) {
      event(new WorkerEvent.ClaimReclaimed(answer.invocation()));
    }
  }

  /** Where no code of the recorder's, of loggers' or of subscribers' is to run. */
  void eventLater(WorkerEvent event) {
    pool.signaller().add(() -> event(event));
  }

  void event(WorkerEvent event) {
    if (!(event instanceof WorkerEvent.InstanceRetired)) { // which some policies do all the time
      log(event);
    }
    if (records) {
      safely("event", each -> each.event(event));
    }
    if (sink.currentSubscriberCount() == 0) {
      return;
    }
    while (!pending.offer(event)) {
      if (pending.poll() != null) {
        dropped.incrementAndGet();
      }
    }
    if (scheduled.compareAndSet(false, true)) {
      pool.signaller().add(this::deliver);
    }
  }

  /** Signaller only. */
  private void deliver() {
    scheduled.set(false);
    for (WorkerEvent event = pending.poll(); event != null; event = pending.poll()) {
      while (sink.tryEmitNext(event) == Sinks.EmitResult.FAIL_NON_SERIALIZED) {
        Thread.onSpinWait(); // another signaller's thread took over: no subscriber holds it up
      }
    }
  }

  /** A recorder that throws may do so a million times a second: each kind is logged once. */
  private void safely(String kind, Consumer<WorkerPoolRecorder> call) {
    try {
      call.accept(recorder);
    } catch (Throwable thrown) {
      if (complained.add(kind)) {
        ScheduledWorkerPool.log(
            "the recorder threw when it was told of \"" + kind + "\"; this is logged once", thrown);
      }
    }
  }

  /** One line a second at most: guests can trap a hundred thousand times in it. */
  private void log(WorkerEvent event) {
    long now = pool.platform().nanoTime();
    long next = nextLogNanos.get();
    if ((next != NEVER && now - next < 0)
        || !nextLogNanos.compareAndSet(next, now + LOG_EVERY_NANOS)) {
      unlogged.incrementAndGet();
      return;
    }
    long more = unlogged.getAndSet(0);
    ScheduledWorkerPool.log(
        text(event) + (more == 0 ? "" : " (and " + more + " more before)"), null);
  }

  private static String text(WorkerEvent event) {
    if (event instanceof WorkerEvent.InvocationFailed failed) {
      return String.valueOf(failed.failure().getMessage());
    } else if (event instanceof WorkerEvent.ClaimReclaimed reclaimed) {
      return "a claim of "
          + reclaimed.invocation().function()
          + " was still open when it was to end and was taken back: commit or close it in time";
    } else if (event instanceof WorkerEvent.WorkerDied died) {
      return died.worker() + " died and is replaced: " + died.cause();
    }
    WorkerEvent.WorkerAbandoned abandoned = (WorkerEvent.WorkerAbandoned) event;
    return abandoned.worker()
        + " was given up: "
        + abandoned.invocation().function()
        + " did not stop when told to";
  }
}
