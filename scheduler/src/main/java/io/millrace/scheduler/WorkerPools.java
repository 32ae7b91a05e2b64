package io.millrace.scheduler;

import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.GuestSource;
import java.time.Duration;
import java.util.Objects;

/** Makes worker pools. */
public final class WorkerPools {

  private WorkerPools() {}

  /** Starts the description of a pool whose workers lease their guests from {@code guests}. */
  public static Builder over(GuestSource guests) {
    return new Builder(guests);
  }

  /** Describes a pool. */
  public static final class Builder {

    private final GuestSource guests;
    private WorkerPoolConfig config = WorkerPoolConfig.DEFAULT;

    private Builder(GuestSource guests) {
      this.guests = Objects.requireNonNull(guests, "guests");
    }

    /** Threads, each with a guest of its own. Default: one per core. */
    public Builder workers(int workers) {
      config = new WorkerPoolConfig(workers, config.inboxCapacity(), config.drainTimeout());
      return this;
    }

    /**
     * Invocations that may wait in the whole pool. Default 1024; costs about 100 bytes for each.
     */
    public Builder inboxCapacity(int invocations) {
      config = new WorkerPoolConfig(config.workers(), invocations, config.drainTimeout());
      return this;
    }

    /** How long {@code close()} waits for accepted work before it terminates. Default 30 s. */
    public Builder drainTimeout(Duration timeout) {
      config = new WorkerPoolConfig(config.workers(), config.inboxCapacity(), timeout);
      return this;
    }

    /** Makes the pool. Starts nothing: threads come with the first invocation. */
    public WorkerPool build() {
      return new ScheduledWorkerPool(guests, config);
    }
  }
}
