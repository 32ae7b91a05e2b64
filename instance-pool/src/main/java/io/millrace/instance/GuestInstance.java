package io.millrace.instance;

import io.millrace.memory.LinearMemory;
import io.millrace.memory.SizeClassArena;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.ClaimArena;
import io.millrace.pipeline.spi.EscapedSliceException;
import io.millrace.pipeline.spi.Guest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a module: its memory, its way in and its way out. Used by the thread of the
 * worker that leases it, and by no other.
 */
final class GuestInstance implements Guest {

  private final CompiledModule module;
  private final ModuleReport report;
  private final EngineInstance instance;
  private final LinearMemory memory;
  private final WasiContext wasi;
  private final Map<String, EngineInstance.Export> functions = new HashMap<>();
  private final AtomicBoolean busy = new AtomicBoolean();
  private final AtomicBoolean discarded = new AtomicBoolean();
  private final GuestBlocks blocks;
  private final GuestInput input;
  private final GuestResult result;
  private final EngineInstance.@Nullable Export afterCall;
  private @Nullable InstanceState state;
  private boolean usable = true;

  /** Whether somebody may go on writing to the arena's block. */
  private boolean inputEscaped;

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
    this.report = module.report();
    AbiDescriptor abi = report.abi();
    this.instance = instance;
    this.memory = instance.memory().linear();
    this.wasi = instance.wasi();
    this.state = state;
    this.blocks = new GuestBlocks(abi, report, instance, memory);
    this.input = new GuestInput(abi, blocks, memory, payloadLimitBytes, arena);
    this.result = new GuestResult(abi, instance, blocks, memory, payloadLimitBytes);
    this.afterCall = abi.afterCall() == null ? null : instance.function(abi.afterCall());
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
      if (instance.memory() instanceof SharedMemory shared && !inputEscaped) {
        shared.leaveArena(input.block());
      }
      instance.memory().vacate();
    }
    return true;
  }

  /** An arena for many threads, in a block from the guest's allocator. */
  SizeClassArena arena(int bytes) {
    return new SizeClassArena(memory, blocks.take(bytes), bytes);
  }

  /** The same for claims. */
  ClaimArena claimArena(int bytes, int payloadLimitBytes) {
    return new ClaimArena(memory, blocks.take(bytes), bytes, payloadLimitBytes);
  }

  /** Whether a payload may lie anywhere in its memory. */
  boolean takesSlices() {
    return input.takesSlices();
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
      input.begin();
      result.begin();
      wasi.begin(invocation);
      return call(function(invocation.function()), invocation);
    } finally {
      pagesAfter = memory.pages();
      try {
        wasi.end();
      } finally {
        busy.setRelease(false);
      }
    }
  }

  @Override
  public InvocationCost cost() {
    return new InvocationCost(
        input.copiedBytes() + result.copiedBytes(), pagesAfter, wasi.hostCalls());
  }

  private Object call(EngineInstance.Export function, Invocation invocation) {
    try {
      input.place(invocation.function(), invocation.payload());
      long[] answer = function.call(input.arguments());
      return reply(answer, invocation);
    } catch (WorkerException.AbiMismatch lie) {
      spoil("it lied: " + lie.getMessage()); // a guest that lies once is not asked again
      throw lie;
    } catch (WorkerException known) {
      throw known;
    } catch (EscapedSliceException escaped) {
      inputEscaped = true;
      spoil("somebody may be writing to its memory");
      throw new WorkerException.WorkerTerminated(
          invocation.function() + " did not begin: " + escaped.getMessage(), escaped);
    } catch (HostSignal end) {
      throw ended(invocation.function(), end.failure(invocation.function()));
    } catch (Throwable trap) {
      // Errors too: a stack overflow or a full heap inside one guest is that guest's failure.
      throw ended(
          invocation.function(),
          EngineInstance.isInterrupt(trap)
              ? new WorkerException.WorkerTerminated(
                  invocation.function() + " was stopped while it ran", trap)
              : new WorkerException.GuestTrap(invocation.function(), trap, instance.stack(trap)));
    }
  }

  /** What the caller is told of a guest that has ended: where it went wrong first. */
  private WorkerException ended(String function, WorkerException failure) {
    spoil(failure.getMessage());
    Throwable unread = wasi.messageFailure();
    if (unread == null || failure instanceof WorkerException.WorkerTerminated) {
      return failure;
    }
    WorkerException first = GuestResult.notReceived(function, unread);
    first.addSuppressed(failure);
    return first;
  }

  private Object reply(long[] answer, Invocation invocation) {
    Throwable unread = wasi.messageFailure();
    Object reply;
    try {
      // A receiver that has failed is not asked again; the guest's block goes back all the same.
      reply =
          result.take(answer, input, unread == null ? invocation : invocation.withReceiver(null));
    } catch (WorkerException.AbiMismatch lie) {
      throw lie;
    } catch (WorkerException harmless) {
      finishCall();
      throw unread == null ? harmless : GuestResult.notReceived(invocation.function(), unread);
    }
    finishCall();
    if (unread != null) {
      throw GuestResult.notReceived(invocation.function(), unread);
    }
    return reply;
  }

  private void finishCall() {
    input.done();
    if (afterCall != null) {
      afterCall.call();
    }
  }

  private EngineInstance.Export function(String name) {
    EngineInstance.Export known = functions.get(name);
    if (known == null) {
      report.requireFunction(name);
      known = instance.function(name);
      functions.put(name, known);
    }
    return known;
  }
}
