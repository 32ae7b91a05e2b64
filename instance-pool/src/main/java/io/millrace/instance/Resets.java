package io.millrace.instance;

import io.millrace.memory.FlatLinearMemory;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Brings a pool's instances back to their state, and compares some of them in full. Any thread. */
final class Resets {

  private static final System.Logger LOGGER = System.getLogger(Resets.class.getName());

  private final String moduleName;
  private final int verifyEvery;
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong verified = new AtomicLong();
  private final AtomicLong differences = new AtomicLong();

  Resets(String moduleName, int verifyEvery) {
    this.moduleName = moduleName;
    this.verifyEvery = verifyEvery;
  }

  /** Brings an instance back to its state; answers whether it may serve another tenant now. */
  boolean reset(GuestInstance instance) {
    JfrEvents.Reset event = new JfrEvents.Reset();
    event.begin();
    event.module = moduleName;
    event.done = tryReset(instance);
    event.commit();
    return event.done;
  }

  private boolean tryReset(GuestInstance instance) {
    try {
      return isReset(instance);
    } catch (Throwable failed) {
      // A full heap, a full stack, a logger that throws: who called has an instance to give up.
      LOGGER.log(
          System.Logger.Level.WARNING,
          "an instance of " + moduleName + " could not be reset; it is retired",
          failed);
      instance.spoil("it could not be reset");
      return false;
    }
  }

  private boolean isReset(GuestInstance instance) {
    if (!instance.reset()) {
      return false;
    }
    if (holds(instance::difference)) {
      return true;
    }
    instance.spoil("it could not be reset");
    return false;
  }

  /** Brings back a memory that a later instance is to begin with; answers whether it may. */
  boolean restore(FlatLinearMemory memory) {
    memory.restore();
    return holds(
        () -> memory.verify() ? Optional.empty() : Optional.of("its memory has other bytes"));
  }

  /** Counts a reset, and compares this one if it is its turn. */
  private boolean holds(Supplier<Optional<String>> compare) {
    if (done.incrementAndGet() % verifyEvery != 0) {
      return true;
    }
    verified.incrementAndGet();
    Optional<String> difference = compare.get();
    if (difference.isEmpty()) {
      return true;
    }
    differences.incrementAndGet();
    LOGGER.log(
        System.Logger.Level.ERROR,
        "an instance of {0} was not reset in full: {1}; it is retired",
        moduleName,
        difference.get());
    return false;
  }

  long done() {
    return done.get();
  }

  long verified() {
    return verified.get();
  }

  long differences() {
    return differences.get();
  }
}
