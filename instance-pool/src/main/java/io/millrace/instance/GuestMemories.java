package io.millrace.instance;

import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.MemoryImport;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import io.millrace.memory.Snapshot;
import io.millrace.pipeline.WorkerException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The memories of one pool's instances: one for each, or one region that all of them import.
 * Several threads.
 */
final class GuestMemories {

  private final MemoryKind kind;
  private final int maximumPages;
  private final PageBudget budget;

  /** Made by the first instance; guarded by this. */
  private @Nullable SharedLinearMemory region;

  /** Whose data is in the region, once {@link #owned}; guarded by this. */
  private @Nullable String owner;

  private boolean owned;

  /**
   * @param maximumPages of one memory
   * @param budget that private memories share; the region of a shared one is direct memory, and has
   *     the JVM's own bound
   */
  GuestMemories(MemoryKind kind, int maximumPages, PageBudget budget) {
    this.kind = kind;
    this.maximumPages = maximumPages;
    this.budget = budget;
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
    if (kind == MemoryKind.SHARED) { // the others need no lock for each invocation
      own(name, tenant);
    }
  }

  private synchronized void own(String name, @Nullable String tenant) {
    if (!owned) {
      owned = true;
      owner = tenant;
    } else if (!Objects.equals(owner, tenant)) {
      throw new WorkerException.CapabilityDenied(
          "the instances of "
              + name
              + " share one memory, which holds another tenant's data: tenant "
              + (tenant == null ? "(none)" : tenant)
              + " needs a pool of its own");
    }
  }

  /** The memory of an instance whose module has one of its own. */
  EngineMemory create(String name, MemoryLimits wanted, @Nullable Snapshot filling) {
    PageLimits limits = limits(name, wanted);
    if (!budget.hasRoom(limits.initialPages())) { // before it is allocated
      throw exhausted();
    }
    EngineMemory memory = kind.create(limits, filling);
    if (!memory.tryCharge(budget)) {
      throw exhausted();
    }
    return memory;
  }

  /** A view of the shared region for each memory that the module imports. */
  List<ImportMemory> imported(String name, WasmModule module) {
    return module.importSection().stream()
        .filter(MemoryImport.class::isInstance)
        .map(MemoryImport.class::cast)
        .map(
            wanted ->
                new ImportMemory(
                    wanted.module(),
                    wanted.name(),
                    new SharedMemory(region(limits(name, wanted.limits())))))
        .toList();
  }

  private WorkerException.PoolExhausted exhausted() {
    return new WorkerException.PoolExhausted(
        "pages of linear memory", budget.limit(), "raise memoryBudgetPages, or use fewer workers");
  }

  private synchronized SharedLinearMemory region(PageLimits limits) {
    if (region == null) {
      region = SharedMemory.region(limits);
    }
    return region;
  }

  private PageLimits limits(String name, MemoryLimits wanted) {
    if (wanted.initialPages() > maximumPages) {
      throw new WorkerException.ModuleRejected(
          name
              + " wants "
              + wanted.initialPages()
              + " pages of memory at the start, the limit is "
              + maximumPages
              + ": raise maximumPages",
          null);
    }
    return new PageLimits(wanted.initialPages(), Math.min(wanted.maximumPages(), maximumPages));
  }
}
