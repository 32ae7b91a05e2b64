package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolMetrics;
import io.millrace.pipeline.spi.GuestSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** The pool: joins permits, inboxes, workers and the watchdog, and keeps the counts. */
final class ScheduledWorkerPool implements WorkerPool {

  private static final System.Logger LOGGER = System.getLogger(ScheduledWorkerPool.class.getName());

  private static final AtomicInteger POOL_NUMBER = new AtomicInteger();

  private final GuestSource guests;
  private final WorkerPoolConfig config;
  private final Permits permits;
  private final Inboxes inboxes;
  private final Watchdog watchdog;
  private final List<Worker> workers;
  private final AtomicBoolean workersStarted = new AtomicBoolean();
  private final AtomicBoolean watchdogStarted = new AtomicBoolean();
  private final Set<InvokeAllSubscription> streams = ConcurrentHashMap.newKeySet();
  private final Queue<InvokeAllSubscription> awaitingRoom = new ConcurrentLinkedQueue<>();
  private final LongAdder completed = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final AtomicInteger liveWorkers;
  private volatile boolean terminated;

  ScheduledWorkerPool(GuestSource guests, WorkerPoolConfig config) {
    this.guests = guests;
    this.config = config;
    permits = new Permits(config.inboxCapacity());
    inboxes = new Inboxes(config.workers(), config.inboxCapacity());
    watchdog = new Watchdog(this, config.inboxCapacity() + config.workers());
    int number = POOL_NUMBER.incrementAndGet();
    List<Worker> made = new ArrayList<>(config.workers());
    for (int i = 0; i < config.workers(); i++) {
      Worker worker = new Worker(this, i, "millrace-" + number + "-worker-" + i);
      inboxes.register(i, worker.thread());
      made.add(worker);
    }
    workers = List.copyOf(made);
    liveWorkers = new AtomicInteger(workers.size());
  }

  @Override
  public Mono<Reply> invoke(Invocation invocation) {
    return new InvokeMono(this, Objects.requireNonNull(invocation, "invocation"));
  }

  @Override
  public Flux<Reply> invokeAll(Publisher<Invocation> invocations) {
    return new InvokeAllFlux(this, Objects.requireNonNull(invocations, "invocations"));
  }

  @Override
  public WorkerPoolMetrics metrics() {
    int running = (int) workers.stream().filter(worker -> !worker.runState().isIdle()).count();
    return new WorkerPoolMetrics(
        workers.size(),
        permits.taken(),
        running,
        completed.sum(),
        failed.sum(),
        rejected.sum(),
        cancelled.sum());
  }

  @Override
  public void close() {
    if (permits.tryClose()) {
      streams.forEach(InvokeAllSubscription::poolClosed);
      inboxes.wakeAll();
    }
    if (!permits.isDrained()) {
      startWorkers(); // a submitter holds a permit and has not come this far yet
    }
    if (!workersStarted.get()) {
      return;
    }
    boolean onWorker = workers.stream().anyMatch(each -> each.thread() == Thread.currentThread());
    if (!onWorker && !join(config.drainTimeout().toNanos())) {
      terminate();
      join(TimeUnit.SECONDS.toNanos(1));
    }
  }

  /** Ends what runs and what waits, each with WorkerTerminated. */
  private void terminate() {
    terminated = true;
    workers.forEach(worker -> worker.runState().tryInterruptAny());
    inboxes.wakeAll();
  }

  /** Waits for all workers; answers whether they have ended in time. */
  private boolean join(long nanos) {
    long end = System.nanoTime() + nanos;
    boolean interrupted = false;
    boolean allEnded = true;
    for (Worker worker : workers) {
      try {
        long left = end - System.nanoTime();
        if (!interrupted && left > 0) {
          TimeUnit.NANOSECONDS.timedJoin(worker.thread(), left);
        }
      } catch (InterruptedException stop) {
        interrupted = true; // the closer is in a hurry: stop waiting, terminate
      }
      allEnded &= !worker.thread().isAlive();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return allEnded;
  }

  /** Accepts a task that holds a permit and whose clock runs. Any thread. */
  void accept(Task task) {
    startWorkers();
    if (task.hasDeadline()) {
      if (watchdogStarted.compareAndSet(false, true)) {
        watchdog.start();
      }
      watchdog.add(task);
    }
    inboxes.put(task);
  }

  /** The watchdog goes with the last worker: until then a guest may have to be stopped. */
  void workerEnded() {
    if (liveWorkers.decrementAndGet() == 0) {
      watchdog.stop();
    }
  }

  private void startWorkers() {
    if (!workersStarted.get() && workersStarted.compareAndSet(false, true)) {
      workers.forEach(worker -> worker.thread().start());
    }
  }

  /** A worker took a task: its permit is free for whoever waits for room, or for the end. */
  void taken() {
    if (permits.release()) {
      inboxes.wakeAll();
    }
    offerRoom();
  }

  private void offerRoom() {
    while (!awaitingRoom.isEmpty() && (permits.taken() < permits.capacity() || isClosed())) {
      InvokeAllSubscription next = awaitingRoom.poll();
      if (next != null) {
        next.roomCame();
      }
    }
  }

  /** Answers a task whose deadline has passed if it waits; stops its guest if it runs. */
  void expire(Task task) {
    if (!tryAbandon(task, () -> task.deadlineExceeded(false))) {
      task.tryInterrupt();
    }
  }

  /** Answers a task that has not begun with a failure. Answers whether this caller won it. */
  boolean tryAbandon(Task task, Supplier<WorkerException> failure) {
    if (!task.tryAbandon()) {
      return false;
    }
    answer(
        task,
        new Reply.Failed(task.invocation, failure.get(), 0, task.sojournNanos(System.nanoTime())));
    return true;
  }

  /** Answers a stream's arrival that got no permit: counted as rejected, not as failed. */
  void refuse(Task task) {
    if (task.tryAbandon()) {
      long sojournNanos = task.sojournNanos(System.nanoTime());
      hand(task, new Reply.Failed(task.invocation, refusal(), 0, sojournNanos));
    }
  }

  /** Counts a reply and hands it out. Called by the owner of the answer, once. */
  void answer(Task task, Reply reply) {
    unwatch(task);
    if (task.isCancelled()) {
      cancelled.increment();
    } else if (reply instanceof Reply.Completed) {
      completed.increment();
    } else {
      failed.increment();
    }
    hand(task, reply);
  }

  private static void hand(Task task, Reply reply) {
    try {
      task.answer(reply);
    } catch (Throwable subscriberThrew) {
      // Its own harm: the worker and the other callers go on.
      dropError(subscriberThrew, Context.empty());
    }
  }

  /**
   * Tells Reactor of an error that nobody can be told of. A hook that throws harms nobody either.
   */
  static void dropError(Throwable error, ContextView context) {
    try {
      Operators.onErrorDropped(error, Context.of(context));
    } catch (Throwable hookThrew) {
      LOGGER.log(System.Logger.Level.WARNING, "the hook for dropped errors threw", hookThrew);
    }
  }

  /** A subscriber gave a task up. */
  void cancel(Task task) {
    if (task.tryDrop()) {
      unwatch(task);
      cancelled.increment();
    }
  }

  private void unwatch(Task task) {
    if (task.hasDeadline()) {
      watchdog.remove(task);
    }
  }

  /** The failure of an invocation that got no permit. */
  WorkerException refusal() {
    rejected.increment();
    return isClosed()
        ? new WorkerException.PoolClosed("worker pool")
        : new WorkerException.InboxFull(permits.capacity());
  }

  void open(InvokeAllSubscription stream) {
    streams.add(stream);
  }

  void closed(InvokeAllSubscription stream) {
    streams.remove(stream);
  }

  /** How many invocations one stream may have under way: its share, and one for each worker. */
  int streamWindow() {
    return Math.max(1, permits.capacity() / (streams.size() + 1)) + workers.size();
  }

  /** The largest value that {@link #streamWindow} can have. */
  int largestStreamWindow() {
    return Math.max(1, permits.capacity() / 2) + workers.size();
  }

  /** The stream is called back when permits come free. */
  void awaitRoom(InvokeAllSubscription stream) {
    awaitingRoom.add(stream);
    offerRoom(); // some may have come free before the stream stood in the queue
  }

  boolean isClosed() {
    return permits.isClosed();
  }

  boolean isTerminated() {
    return terminated;
  }

  Permits permits() {
    return permits;
  }

  Inboxes inboxes() {
    return inboxes;
  }

  GuestSource guests() {
    return guests;
  }
}
