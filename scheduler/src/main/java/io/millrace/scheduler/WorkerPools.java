package io.millrace.scheduler;

import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolRecorder;
import io.millrace.pipeline.spi.GuestSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Makes worker pools.
 *
 * <pre>{@code
 * try (WorkerPool two = WorkerPools.over(guests).workers(2).inboxCapacity(256).build()) {
 *   String digest = two.invoke(Invocation.of("sha256", "abc")).block().utf8();
 * }
 * }</pre>
 */
public final class WorkerPools {

  private WorkerPools() {}

  /** Starts the description of a pool whose workers lease their guests from {@code guests}. */
  public static Builder over(GuestSource guests) {
    return new Builder(guests, WorkerPoolConfig.DEFAULT);
  }

  /** Makes a pool as described. Starts nothing: threads come with the first invocation. */
  public static WorkerPool of(GuestSource guests, WorkerPoolConfig config) {
    return new ScheduledWorkerPool(guests, config, Platform.SYSTEM);
  }

  /** Describes a pool. Figures are checked by {@link #build}. */
  public static final class Builder {

    private final GuestSource guests;
    private final Map<String, Integer> tenantWeights = new HashMap<>();
    private int minWorkers;
    private int maxWorkers;
    private int inboxCapacity;
    private Sizing sizing;
    private Duration keepAlive;
    private Duration drainTimeout;
    private Duration grace;
    private int mostAbandoned;
    private DispatchPolicy dispatch;
    private Overflow overflow;
    private IdleStrategy idle;
    private WorkerPoolRecorder recorder;

    private Builder(GuestSource guests, WorkerPoolConfig start) {
      this.guests = Objects.requireNonNull(guests, "guests");
      this.minWorkers = start.minWorkers();
      this.maxWorkers = start.maxWorkers();
      this.inboxCapacity = start.inboxCapacity();
      this.sizing = start.sizing();
      this.keepAlive = start.keepAlive();
      this.drainTimeout = start.drainTimeout();
      this.grace = start.grace();
      this.mostAbandoned = start.mostAbandoned();
      this.dispatch = start.dispatch();
      this.overflow = start.overflow();
      this.idle = start.idle();
      this.recorder = start.recorder();
    }

    /** Threads, each with a guest of its own. Default: one per core. */
    public Builder workers(int workers) {
      return workers(workers, workers);
    }

    /**
     * At least {@code min} threads once there was work, and up to {@code max} while more waits than
     * workers are free. What is not used for the {@link #keepAlive} time ends.
     */
    public Builder workers(int min, int max) {
      minWorkers = min;
      maxWorkers = max;
      return this;
    }

    /**
     * Who decides how many workers there are between the least and the greatest number. Default
     * {@link Sizing#BY_BACKLOG}.
     */
    public Builder sizing(Sizing policy) {
      sizing = Objects.requireNonNull(policy, "sizing");
      return this;
    }

    /** How long a worker beyond the least number stays without work. Default 60 s. */
    public Builder keepAlive(Duration time) {
      keepAlive = Objects.requireNonNull(time, "keepAlive");
      return this;
    }

    /**
     * Invocations that may wait in the whole pool. Default 1024; costs about 100 bytes for each. No
     * tenant takes all of it once there are several: {@link WorkerPoolConfig} says how much.
     */
    public Builder inboxCapacity(int invocations) {
      inboxCapacity = invocations;
      return this;
    }

    /** How long {@code close()} waits for accepted work before it terminates. Default 30 s. */
    public Builder drainTimeout(Duration timeout) {
      drainTimeout = Objects.requireNonNull(timeout, "drainTimeout");
      return this;
    }

    /**
     * How long a guest that was told to stop may go on. Then its thread is given up: it is a
     * daemon, is counted, and takes no more work should it ever return; a new one takes its place.
     * Default 250 ms.
     */
    public Builder grace(Duration time) {
      grace = Objects.requireNonNull(time, "grace");
      return this;
    }

    /**
     * How many threads that were given up may still run; with one more the pool closes itself,
     * since each of them takes a core. Default 8.
     */
    public Builder mostAbandoned(int threads) {
      mostAbandoned = threads;
      return this;
    }

    /** Which worker runs what. Default {@link DispatchPolicy#ANY_FREE}. */
    public Builder dispatch(DispatchPolicy policy) {
      dispatch = Objects.requireNonNull(policy, "dispatch");
      return this;
    }

    /** What happens when the inbox is full. Default {@link Overflow#WAIT}. */
    public Builder overflow(Overflow policy) {
      overflow = Objects.requireNonNull(policy, "overflow");
      return this;
    }

    /** What workers do before they sleep. Default {@link IdleStrategy#forCores}. */
    public Builder idle(IdleStrategy strategy) {
      idle = Objects.requireNonNull(strategy, "idle");
      return this;
    }

    /** Who is told of each thing that happens. Default {@link WorkerPoolRecorder#NONE}. */
    public Builder recorder(WorkerPoolRecorder told) {
      recorder = Objects.requireNonNull(told, "recorder");
      return this;
    }

    /**
     * A tenant's share of the workers' time while others have work waiting too. Default 1 for each;
     * up to {@link WorkerPoolConfig#HIGHEST_WEIGHT}.
     */
    public Builder tenantWeight(String tenant, int weight) {
      tenantWeights.put(Objects.requireNonNull(tenant, "tenant"), weight);
      return this;
    }

    /**
     * Makes the pool. Starts nothing: threads come with the first invocation.
     *
     * @throws IllegalArgumentException naming a figure out of its limits
     */
    public WorkerPool build() {
      return build(Platform.SYSTEM);
    }

    ScheduledWorkerPool build(Platform platform) {
      WorkerPoolConfig config =
          new WorkerPoolConfig(
              minWorkers,
              maxWorkers,
              inboxCapacity,
              sizing,
              keepAlive,
              drainTimeout,
              grace,
              mostAbandoned,
              dispatch,
              overflow,
              idle,
              recorder,
              tenantWeights);
      return new ScheduledWorkerPool(guests, config, platform);
    }
  }
}
