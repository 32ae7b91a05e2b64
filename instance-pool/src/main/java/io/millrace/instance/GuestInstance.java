package io.millrace.instance;

import io.millrace.memory.LinearMemory;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
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
  private final int payloadLimitBytes;
  private final EngineInstance instance;
  private final LinearMemory memory;
  private final WasiContext wasi;
  private final Map<String, EngineInstance.Export> functions = new HashMap<>();
  private final AtomicBoolean busy = new AtomicBoolean();
  private final AtomicBoolean discarded = new AtomicBoolean();
  private final GuestInput input;
  private final GuestResult result;
  private final EngineInstance.@Nullable Export afterCall;
  private @Nullable InstanceState state;
  private boolean usable = true;
  private long invocations;
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
    this.payloadLimitBytes = payloadLimitBytes;
    this.instance = instance;
    this.memory = instance.memory().linear();
    this.wasi = instance.wasi();
    this.state = state;
    GuestBlocks blocks = new GuestBlocks(abi, report, instance, memory);
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
  void spoil() {
    usable = false;
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
    if (quiet) { // a guest that runs on keeps its stack
      instance.memory().vacate();
    }
    return true;
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
  public byte[] invoke(Invocation invocation) {
    Payload.Copied payload = (Payload.Copied) invocation.payload();
    if (!busy.compareAndSet(false, true)) {
      throw new WorkerException.InstanceBusy(invocation.function());
    }
    try {
      if (payload.length() > payloadLimitBytes) {
        throw new WorkerException.PayloadTooLarge("payload", payload.length(), payloadLimitBytes);
      }
      invocations++;
      wasi.begin(invocation.function(), invocation.tenant());
      return call(function(invocation.function()), invocation, payload);
    } finally {
      try {
        wasi.end();
      } finally {
        busy.setRelease(false);
      }
    }
  }

  private byte[] call(
      EngineInstance.Export function, Invocation invocation, Payload.Copied payload) {
    try {
      input.place(payload);
      long[] answer = function.call(input.arguments(payload.length()));
      return reply(invocation.function(), answer, payload);
    } catch (WorkerException.AbiMismatch lie) {
      usable = false; // a guest that lies once is not asked again
      throw lie;
    } catch (WorkerException known) {
      throw known;
    } catch (HostSignal end) {
      usable = false;
      throw end.failure(invocation.function());
    } catch (Throwable trap) {
      // Errors too: a stack overflow or a full heap inside one guest is that guest's failure.
      usable = false;
      if (EngineInstance.isInterrupt(trap)) {
        throw new WorkerException.WorkerTerminated(
            invocation.function() + " was stopped while it ran", trap);
      }
      throw new WorkerException.GuestTrap(invocation.function(), trap);
    }
  }

  private byte[] reply(String function, long[] answer, Payload.Copied payload) {
    byte[] reply;
    try {
      reply = result.copy(function, answer, input, payload);
    } catch (WorkerException.PayloadTooLarge | WorkerException.GuestFailed harmless) {
      finishCall();
      throw harmless;
    }
    finishCall();
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
