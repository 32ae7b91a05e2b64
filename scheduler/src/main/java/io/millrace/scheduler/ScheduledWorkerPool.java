package io.millrace.scheduler;

import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolLoad;
import io.millrace.pipeline.WorkerPoolMetrics;
import io.millrace.pipeline.spi.ClaimArena;
import io.millrace.pipeline.spi.GuestSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The pool: joins its parts, and is what they see of each other. */
final class ScheduledWorkerPool implements WorkerPool {

  private static final System.Logger LOGGER = System.getLogger(ScheduledWorkerPool.class.getName());

  private static final AtomicInteger POOL_NUMBER = new AtomicInteger();

  private final GuestSource guests;
  private final WorkerPoolConfig config;
  private final Platform platform;
  private final Slot[] slots;
  private final Admission admission;
  private final TenantRoom tenantRoom;
  private final Outcomes outcomes;
  private final Announcer announcer;
  private final Crew crew;
  private final Staffing staffing;
  private final Watchdog watchdog;
  private final Signaller signaller;
  private final Dispatcher dispatcher;
  private final Streams streams;
  private final RoomQueue roomQueue;
  private final Deadlines deadlines;
  private final OpenClaims claims;
  private final LoadMeter loadMeter;
  private final Shutdown shutdown;

  /** Workers look at it with each run. */
  private volatile @Nullable WorkerException terminated;

  ScheduledWorkerPool(GuestSource guests, WorkerPoolConfig config, Platform platform) {
    this.guests = guests;
    this.config = config;
    this.platform = platform;
    String name = "millrace-" + POOL_NUMBER.incrementAndGet();
    slots = new Slot[config.maxWorkers()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot(i, new FairQueue(config.tenantWeights(), false));
    }
    admission = new Admission(config.inboxCapacity(), slots);
    tenantRoom = new TenantRoom(admission, config.overflow());
    outcomes = new Outcomes(this, slots);
    announcer = new Announcer(this, config.recorder());
    crew = new Crew(this, config, slots);
    staffing = new Staffing(this, crew, config, slots, name);
    int mostWatched = 2 * config.inboxCapacity() + slots.length;
    watchdog = new Watchdog(this, mostWatched, config.graceNanos(), name + "-watchdog");
    signaller = new Signaller(this, name + "-signals");
    FairQueue shared = new FairQueue(config.tenantWeights(), true);
    dispatcher = new Dispatcher(this, config, slots, shared);
    streams = new Streams(this, slots);
    roomQueue = new RoomQueue(this);
    deadlines = new Deadlines(this, config.overflow());
    claims = new OpenClaims(this);
    int cores = Runtime.getRuntime().availableProcessors();
    loadMeter = new LoadMeter(slots, cores);
    shutdown = new Shutdown(this, config);
  }

  // ---- its users

  @Override
  public Mono<Reply> invoke(Invocation invocation) {
    return new InvokeMono(this, Objects.requireNonNull(invocation, "invocation"));
  }

  @Override
  public Flux<Reply> invokeAll(Publisher<Invocation> invocations) {
    return invokeAll(invocations, Integer.MAX_VALUE);
  }

  @Override
  public Flux<Reply> invokeAll(Publisher<Invocation> invocations, int concurrency) {
    return new InvokeAllFlux(this, invocations, true, concurrency);
  }

  @Override
  public Flux<Reply> invokeAllUnordered(Publisher<Invocation> invocations) {
    return invokeAllUnordered(invocations, Integer.MAX_VALUE);
  }

  @Override
  public Flux<Reply> invokeAllUnordered(Publisher<Invocation> invocations, int concurrency) {
    return new InvokeAllFlux(this, invocations, false, concurrency);
  }

  @Override
  public Mono<Claim> claim(Invocation invocation) {
    Mono<Claim> withGuest = WorkerPool.super.claim(invocation); // also checks the payload
    Mono<ClaimArena> arena = guests.claimArena(invocation.tenant());
    return arena == null ? withGuest : new ClaimMono(this, invocation, arena);
  }

  @Override
  public Flux<WorkerEvent> events() {
    return announcer.events();
  }

  @Override
  public WorkerPoolMetrics metrics() {
    return outcomes.metrics();
  }

  @Override
  public WorkerPoolLoad load() {
    long arrived = admission.accepted() + outcomes.rejected();
    LoadMeter.Counts counts =
        new LoadMeter.Counts(platform.nanoTime(), arrived, loadMeter.busyNanos());
    return loadMeter.look(counts, admission.waiting(), crew.live());
  }

  @Override
  public void close() {
    shutdown.close();
  }

  @Override
  public void terminate() {
    shutdown.terminate();
  }

  @Override
  public Mono<WorkerException> termination() {
    return shutdown.termination();
  }

  @Override
  public @Nullable WorkerException terminated() {
    return terminated;
  }

  // ---- its parts

  /**
   * Takes in a task that holds room; {@link Dispatcher#poke} comes afterwards. Answers whether it
   * was still to be had: if not, its room is free again.
   *
   * @param later whether a refused payload is told by the signaller, and not on this thread
   */
  boolean tryAdmit(Task task, boolean later) {
    deadlines.watch(task);
    if (!task.tryAdmit()) {
      outcomes.departed();
      return false;
    }
    try {
      task.acceptPayload(guests);
      if (task.isDone()) {
        task.dropPayload(); // whoever ended it in between found nothing to give back
      }
      return true;
    } catch (Throwable refused) { // a misuse, or a source of guests that throws
      WorkerException failure =
          refused instanceof WorkerException known
              ? known
              : new WorkerException.WorkerTerminated(
                  "its payload was not taken: " + refused, refused);
      outcomes.tryAnswerWaiting(task, () -> failure, later);
      return false;
    }
  }

  /** {@link Shutdown} only. */
  void terminated(WorkerException why) {
    terminated = why;
  }

  boolean isTerminated() {
    return terminated != null;
  }

  boolean isClosed() {
    return admission.isClosed();
  }

  Overflow overflow() {
    return config.overflow();
  }

  GuestSource guests() {
    return guests;
  }

  Platform platform() {
    return platform;
  }

  Admission admission() {
    return admission;
  }

  Slot slotOf(int runner) {
    return slots[runner];
  }

  TenantRoom tenantRoom() {
    return tenantRoom;
  }

  Outcomes outcomes() {
    return outcomes;
  }

  Announcer announcer() {
    return announcer;
  }

  Crew crew() {
    return crew;
  }

  Staffing staffing() {
    return staffing;
  }

  Watchdog watchdog() {
    return watchdog;
  }

  Signaller signaller() {
    return signaller;
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  LoadMeter loadMeter() {
    return loadMeter;
  }

  Shutdown shutdown() {
    return shutdown;
  }

  OpenClaims claims() {
    return claims;
  }

  Streams streams() {
    return streams;
  }

  RoomQueue roomQueue() {
    return roomQueue;
  }

  static void log(String what, @Nullable Throwable failure) {
    try {
      LOGGER.log(System.Logger.Level.WARNING, what, failure);
    } catch (Throwable handlerThrew) {
      // There is nobody left to tell, and whoever logs here holds the pool together.
    }
  }
}
