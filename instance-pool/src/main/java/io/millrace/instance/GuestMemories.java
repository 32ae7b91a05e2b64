package io.millrace.instance;

import io.millrace.memory.FlatLinearMemory;
import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import io.millrace.memory.Slice;
import io.millrace.memory.Snapshot;
import io.millrace.pipeline.WorkerException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The memories of one pool's instances: one for each, or one region that all of them import.
 * Several threads.
 */
final class GuestMemories {

  private final MemoryKind kind;
  private final int maximumPages;
  private final PageBudget budget;
  private final ParkedMemories parked;
  private final InstanceSlots slots = new InstanceSlots();

  /** Made by the first instance, under the lock of this, which only builders take. */
  private volatile @Nullable SharedLinearMemory region;

  /** Whose data is in the region; null before the first tenant. By compare-and-set, once. */
  private final AtomicReference<@Nullable Owner> owner = new AtomicReference<>();

  private record Owner(@Nullable String tenant) {}

  /**
   * @param maximumPages of one memory
   * @param budget that private memories share; the region of a shared one is direct memory, and has
   *     the JVM's own bound
   */
  GuestMemories(MemoryKind kind, int maximumPages, PageBudget budget, Resets resets) {
    this.kind = kind;
    this.maximumPages = maximumPages;
    this.budget = budget;
    parked = new ParkedMemories(budget, resets);
  }

  PageBudget budget() {
    return budget;
  }

  MemoryKind kind() {
    return kind;
  }

  /**
   * Lets a tenant's invocations run on these memories.
   *
   * @throws WorkerException.CapabilityDenied when another tenant's data is in the shared region
   */
  void admit(String name, @Nullable String tenant) {
    if (kind == MemoryKind.SHARED) {
      own(name, tenant);
    }
  }

  /**
   * Checks that all instances have one memory.
   *
   * @throws WorkerException.CapabilityDenied when each has its own
   */
  void requireShared(String name) {
    if (kind != MemoryKind.SHARED) {
      throw new WorkerException.CapabilityDenied(
          "the instances of " + name + " have a memory each: use sharedMemory(true), or a claim");
    }
  }

  /** Whether a slice lies in the region that all instances have. */
  boolean canReach(Slice slice) {
    SharedLinearMemory present = region;
    return present != null && slice.isIn(present);
  }

  /** On the way of each invocation, on the submitter's thread too: one volatile read. */
  private void own(String name, @Nullable String tenant) {
    Owner present = owner.get();
    if (present == null) {
      Owner first = new Owner(tenant);
      present = owner.compareAndSet(null, first) ? first : owner.get();
    }
    if (present != null && !Objects.equals(present.tenant(), tenant)) {
      throw new WorkerException.CapabilityDenied(
          "the instances of "
              + name
              + " share one memory, which holds another tenant's data: tenant "
              + (tenant == null ? "(none)" : tenant)
              + " needs a pool of its own");
    }
  }

  /**
   * The memory of an instance whose module has one of its own.
   *
   * @param initialPages at the start, which the scan has held to the pool's maximum
   * @param filling to begin with, or null for zeros
   * @throws WorkerException.PoolExhausted when the pool's memories have all the pages they may
   */
  EngineMemory create(int initialPages, int maximumPages, @Nullable Snapshot filling) {
    FlatLinearMemory left = filling == null ? null : parked.take(filling);
    if (left != null) {
      return charged(kind.over(left));
    }
    int pages = filling == null ? initialPages : filling.sizeBytes() / PageLimits.PAGE_BYTES;
    if (!parked.tryTake(pages)) {
      throw exhausted(); // before they are allocated
    }
    boolean made = false;
    try {
      EngineMemory memory = kind.create(limits(initialPages, maximumPages), filling);
      made = true;
      return charged(memory);
    } finally {
      if (!made) {
        budget.giveBack(pages);
      }
    }
  }

  private EngineMemory charged(EngineMemory memory) {
    memory.charge(budget, parked);
    return memory;
  }

  /** Keeps no memory of instances that are gone from now on. */
  void close() {
    parked.close();
  }

  /** One instance's view of the shared region, for a memory that the module imports. */
  SharedMemory view(int initialPages, int maximumPages) {
    return new SharedMemory(region(limits(initialPages, maximumPages)), slots);
  }

  private WorkerException.PoolExhausted exhausted() {
    return new WorkerException.PoolExhausted(
        "pages of linear memory", budget.limit(), "raise memoryBudgetPages, or use fewer workers");
  }

  private SharedLinearMemory region(PageLimits limits) {
    SharedLinearMemory present = region;
    return present == null ? firstRegion(limits) : present;
  }

  /** Zeroes up to 2 GiB: other builders wait for that, and nobody else. */
  private synchronized SharedLinearMemory firstRegion(PageLimits limits) {
    SharedLinearMemory made = region;
    if (made == null) {
      made = SharedMemory.region(limits);
      region = made;
    }
    return made;
  }

  private PageLimits limits(int initialPages, int ofTheModule) {
    return new PageLimits(initialPages, Math.min(ofTheModule, maximumPages));
  }
}
