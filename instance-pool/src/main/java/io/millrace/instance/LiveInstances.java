package io.millrace.instance;

import io.millrace.pipeline.WorkerException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The instances that a pool has: no more than it may, and how many there have been. Any thread. */
final class LiveInstances {

  private final PoolModule module;
  private final GuestFactory factory;
  private final int maximum;
  private final AtomicInteger live = new AtomicInteger();
  private final AtomicLong created = new AtomicLong();
  private final AtomicLong retired = new AtomicLong();

  LiveInstances(PoolModule module, GuestFactory factory, int maximum) {
    this.module = module;
    this.factory = factory;
    this.maximum = maximum;
  }

  int live() {
    return live.get();
  }

  /** Whether there are as many as there may be. */
  boolean isFull() {
    return live.get() >= maximum;
  }

  long created() {
    return created.get();
  }

  long retired() {
    return retired.get();
  }

  /**
   * Builds one.
   *
   * @throws WorkerException.PoolExhausted when there are as many as there may be
   */
  GuestInstance build() {
    LoadedModule loaded = module.get();
    if (live.incrementAndGet() > maximum) {
      live.decrementAndGet();
      throw new WorkerException.PoolExhausted(
          "instances", maximum, "raise maximumInstances, or use fewer workers");
    }
    boolean built = false;
    try {
      GuestInstance instance = factory.build(loaded);
      built = true;
      created.incrementAndGet();
      return instance;
    } finally {
      if (!built) {
        live.decrementAndGet();
      }
      if (loaded.compiled().interpreted()) {
        module.compileLater();
      }
    }
  }

  /**
   * An instance of the compiled module in the same state, for one of the interpreted module, which
   * is given up; null, with nothing changed, where it cannot be moved.
   */
  @Nullable GuestInstance moved(GuestInstance instance) {
    GuestInstance moved =
        instance.usable() ? factory.moved(module.get(), instance).orElse(null) : null;
    if (moved != null) {
      created.incrementAndGet();
      retired.incrementAndGet();
      instance.discard();
    }
    return moved;
  }

  /** Gives one up that has served. */
  void retire(GuestInstance instance) {
    JfrEvents.Retire event = new JfrEvents.Retire();
    event.module = module.name();
    event.invocations = instance.invocations();
    event.pages = instance.pages();
    event.commit();
    retired.incrementAndGet();
    discard(instance);
  }

  /** Gives one up. */
  void discard(GuestInstance instance) {
    if (instance.discard()) {
      live.decrementAndGet();
    }
  }
}
