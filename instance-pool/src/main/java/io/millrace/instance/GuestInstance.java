package io.millrace.instance;

import io.millrace.memory.LinearMemory;
import io.millrace.memory.SizeClassArena;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.ClaimArena;
import io.millrace.pipeline.spi.Guest;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a module: its memory, the state that it goes back to, and whether it may be used
 * again. Used by the thread of the worker that leases it, and by no other.
 */
final class GuestInstance implements Guest {

  private final CompiledModule module;
  private final EngineInstance instance;
  private final LinearMemory memory;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final AtomicBoolean discarded = new AtomicBoolean();
  private final GuestBlocks blocks;
  private final GuestInput input;
  private final GuestCalls calls;
  private @Nullable InstanceState state;
  private boolean usable = true;
  private String whySpoiled = "it failed";
  private long invocations;
  private int pagesAfter;
  private final long builtNanos = System.nanoTime();

  /**
   * Over an instance whose guest has started.
   *
   * @param state that it can go back to, where it is known already
   * @param arena the arena's block, where it has one already; else it is taken from the guest
   */
  GuestInstance(
      LoadedModule module,
      int payloadLimitBytes,
      EngineInstance instance,
      @Nullable InstanceState state,
      InstanceState.@Nullable Block arena) {
    this.module = module.compiled();
    ModuleReport report = module.report();
    AbiDescriptor abi = report.abi();
    this.instance = instance;
    this.memory = instance.memory().linear();
    this.state = state;
    this.blocks = new GuestBlocks(abi, report, instance, memory);
    this.input = new GuestInput(abi, blocks, memory, payloadLimitBytes, arena);
    GuestResult result = new GuestResult(abi, instance, blocks, memory, payloadLimitBytes);
    this.calls = new GuestCalls(report, instance, input, result, this::spoil);
  }

  /** What it was made of. */
  CompiledModule module() {
    return module;
  }

  @Nullable InstanceState state() {
    return state;
  }

  InstanceState.Block arenaBlock() {
    return input.block();
  }

  /** Makes another instance equal to this one as it is now; answers whether it could be done. */
  boolean copyTo(EngineInstance other) {
    return usable && InstanceState.copy(instance, other);
  }

  /** Why the instance can have no state to go back to, if so. */
  Optional<String> obstacle() {
    return InstanceState.obstacle(instance);
  }

  /** Takes the state that {@link #reset} goes back to. */
  InstanceState captureState() {
    InstanceState taken = InstanceState.of(instance, input.block());
    state = taken;
    return taken;
  }

  /**
   * Brings back everything that invocations have changed. Costs what {@link InstanceState#restore}
   * costs.
   *
   * @return whether it could be done; not while an invocation runs
   */
  boolean reset() {
    InstanceState wanted = state;
    if (!usable || wanted == null || !busy.compareAndSet(false, true)) {
      return false;
    }
    usable = false; // until all of it is back, whatever is thrown on the way
    try {
      usable = wanted.restore(instance);
      if (usable) {
        input.reset(wanted.arena());
      }
      return usable;
    } finally {
      busy.setRelease(false);
    }
  }

  /** What differs from the state, if anything. Costs a comparison of all of it. */
  Optional<String> difference() {
    return state == null
        ? Optional.of("there is no state to compare with")
        : state.difference(instance);
  }

  /** Nothing runs in it again, and nothing of it is kept. */
  void spoil(@Nullable String why) {
    usable = false;
    whySpoiled = why == null ? "it failed" : why;
  }

  /** Why it is not usable. */
  String whySpoiled() {
    return whySpoiled;
  }

  /**
   * Gives up the instance and its claim on the pool's memory. Any thread.
   *
   * @return whether this was the first call
   */
  boolean discard() {
    // Whoever keeps the instance beyond its end finds it busy from now on.
    boolean quiet = busy.compareAndSet(false, true);
    boolean clean = usable && state != null;
    usable = false;
    if (!discarded.compareAndSet(false, true)) {
      return false;
    }
    if (quiet && clean) {
      instance.memory().park();
    } else {
      instance.memory().discard();
    }
    if (quiet) { // a guest that runs on keeps its stack, and what it was given
      if (instance.memory() instanceof SharedMemory shared && !calls.inputEscaped()) {
        shared.leaveArena(input.block());
      }
      instance.memory().vacate();
    }
    return true;
  }

  /** An arena for many threads, in a block from the guest's allocator. */
  SizeClassArena arena(int bytes) {
    return new SizeClassArena(memory, block(bytes), bytes);
  }

  /**
   * The same for claims.
   *
   * @throws WorkerException when the guest has no such block; if that was its fault, it is spoilt
   */
  ClaimArena claimArena(int bytes, int payloadLimitBytes) {
    if (!input.takesSlices()) {
      throw new WorkerException.AbiMismatch(
          "the guest takes payloads in blocks of its own only, by its ABI, and so no claims on "
              + "shared memory",
          "copy the payload");
    }
    return new ClaimArena(memory, block(bytes), bytes, payloadLimitBytes);
  }

  /** From the guest's allocator, which may fail as any function of the guest's. */
  private int block(int bytes) {
    try {
      return blocks.take(bytes);
    } catch (WorkerException.AbiMismatch lie) {
      spoil("it lied: " + lie.reason());
      throw lie;
    } catch (WorkerException harmless) {
      throw harmless;
    } catch (Throwable trap) {
      WorkerException failure = calls.trapped("alloc", trap);
      spoil(failure.reason());
      throw failure;
    }
  }

  /** Whether an invocation runs, or a reset. Any thread. */
  boolean isBusy() {
    return busy.get();
  }

  long invocations() {
    return invocations;
  }

  long ageNanos() {
    return System.nanoTime() - builtNanos;
  }

  LinearMemory memory() {
    return memory;
  }

  /** Pages of 64 KiB that the memory has now. */
  int pages() {
    return memory.pages();
  }

  /** Whether the instance may serve another invocation. */
  boolean usable() {
    return usable;
  }

  @Override
  public Object call(Invocation invocation) {
    if (!busy.compareAndSet(false, true)) {
      throw new WorkerException.InstanceBusy(invocation.function());
    }
    try {
      invocations++;
      return calls.call(invocation);
    } finally {
      pagesAfter = memory.pages();
      try {
        calls.end();
      } finally {
        busy.setRelease(false);
      }
    }
  }

  @Override
  public InvocationCost cost() {
    return calls.cost(pagesAfter);
  }
}
