package io.millrace.instance;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Instance;
import io.millrace.memory.BumpArena;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.Slice;
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
 * One instance of a module, with its memory and its arena. Used by the thread of the worker that
 * leases it, and by no other.
 *
 * <p>The arena is one block from the guest's own allocator, taken at the start and replaced by a
 * larger one when a payload does not fit; never pages behind the guest's back, since some
 * allocators take everything up to the end of memory for theirs.
 */
final class GuestInstance implements Guest {

  private static final int FIRST_ARENA_BYTES = 64 * 1024;

  /** Room for the padding that brings an odd block to the payload's alignment. */
  private static final int ALIGNMENT_BYTES = 8;

  private final ModuleReport report;
  private final AbiDescriptor abi;
  private final int payloadLimitBytes;
  private final Instance instance;
  private final EngineMemory engine;
  private final LinearMemory memory;
  private final Map<String, ExportFunction> functions = new HashMap<>();
  private final AtomicBoolean busy = new AtomicBoolean();
  private BumpArena arena;
  private @Nullable InstanceState state;
  private boolean usable = true;
  private long invocations;
  private final long builtNanos = System.nanoTime();

  /**
   * Over an instance whose guest has started: it gets its arena's block from the guest, or has it
   * already where it equals {@code state}.
   */
  GuestInstance(
      ModuleReport report,
      AbiDescriptor abi,
      int payloadLimitBytes,
      Instance instance,
      @Nullable InstanceState state) {
    this.report = report;
    this.abi = abi;
    this.payloadLimitBytes = payloadLimitBytes;
    this.instance = instance;
    this.engine = (EngineMemory) instance.memory();
    this.memory = engine.linear();
    this.state = state;
    this.arena =
        state == null
            ? takeArena(Math.min(FIRST_ARENA_BYTES, payloadLimitBytes))
            : new BumpArena(memory, state.arena().base(), state.arena().bytes());
  }

  /** Why the instance can have no state to go back to, if so. */
  Optional<String> obstacle() {
    return InstanceState.obstacle(instance, engine);
  }

  /** Takes the state that {@link #reset} goes back to. */
  InstanceState captureState() {
    InstanceState taken =
        InstanceState.of(
            instance, engine, new InstanceState.Block(arena.base(), arena.capacityBytes()));
    state = taken;
    return taken;
  }

  /**
   * Brings back everything that invocations have changed. Costs what {@link InstanceState#restore}
   * costs.
   *
   * @return whether it could be done; if not, the instance is not usable any more
   */
  boolean reset() {
    InstanceState wanted = state;
    arena.reset(); // whoever kept a slice shall find out
    if (!usable || wanted == null || !wanted.restore(instance, engine)) {
      usable = false;
      return false;
    }
    if (arena.base() != wanted.arena().base()) {
      arena = new BumpArena(memory, wanted.arena().base(), wanted.arena().bytes());
    }
    return true;
  }

  /** What differs from the state, if anything. Costs a comparison of all of it. */
  Optional<String> difference() {
    return state == null
        ? Optional.of("there is no state to compare with")
        : state.difference(instance, engine);
  }

  /**
   * Gives up the instance and its claim on the pool's memory. Any thread; harmless when repeated.
   */
  void discard() {
    usable = false;
    engine.discard();
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
    Payload payload = invocation.payload();
    if (payload.length() > payloadLimitBytes) {
      throw new WorkerException.PayloadTooLarge("payload", payload.length(), payloadLimitBytes);
    }
    if (!busy.compareAndSet(false, true)) {
      throw new WorkerException.InstanceBusy(invocation.function());
    }
    try {
      invocations++;
      ExportFunction function = function(invocation.function());
      Slice input = place(payload);
      long packed = function.apply(input.offset(), input.length())[0];
      return copyOut(invocation.function(), packed);
    } catch (WorkerException known) {
      throw known;
    } catch (WasiImports.ExitSignal exit) {
      usable = false;
      throw new WorkerException.GuestExit(invocation.function(), exit.exitCode);
    } catch (ChicoryInterruptedException stopped) {
      usable = false;
      throw new WorkerException.WorkerTerminated(
          invocation.function() + " was stopped while it ran", stopped);
    } catch (Throwable trap) {
      // Errors too: a stack overflow or a full heap inside one guest is that guest's failure.
      usable = false;
      throw new WorkerException.GuestTrap(invocation.function(), trap);
    } finally {
      busy.setRelease(false);
    }
  }

  private ExportFunction function(String name) {
    ExportFunction known = functions.get(name);
    if (known == null) {
      report.requireFunction(name);
      known = instance.export(name);
      functions.put(name, known);
    }
    return known;
  }

  private Slice place(Payload payload) {
    arena.reset();
    if (payload.length() > arena.capacityBytes() - ALIGNMENT_BYTES) {
      growArena(payload.length());
    }
    Slice input = arena.allocate(payload.length(), ALIGNMENT_BYTES);
    if (payload instanceof Payload.Copied copied) {
      input.write(0, copied.array(), copied.offset(), copied.length());
    }
    return input;
  }

  private void growArena(int payloadBytes) {
    // Doubling keeps the number of blocks small while payloads grow slowly.
    long doubled = Math.max(payloadBytes, 2L * arena.capacityBytes());
    BumpArena larger = takeArena((int) Math.min(doubled, payloadLimitBytes));
    instance.export(abi.free()).apply(arena.base());
    arena = larger;
  }

  private BumpArena takeArena(int bytes) {
    int capacity = bytes + ALIGNMENT_BYTES;
    int block = (int) instance.export(abi.allocate()).apply(capacity)[0];
    if (block == 0) {
      throw new WorkerException.PayloadTooLarge(
          "block for payloads in a guest of " + memory.sizeBytes() + " bytes of memory",
          capacity,
          memory.sizeBytes());
    }
    if (!memory.contains(block, capacity)) {
      usable = false;
      throw new WorkerException.AbiMismatch(
          abi.allocate()
              + "("
              + capacity
              + ") answered "
              + Integer.toUnsignedLong(block)
              + ", which does not lie within the guest's memory of "
              + memory.sizeBytes()
              + " bytes");
    }
    return new BumpArena(memory, block, capacity);
  }

  /**
   * Pointer and length are the guest's word: read once, checked as unsigned 64-bit sums, then used.
   */
  private byte[] copyOut(String function, long packed) {
    int pointer = (int) (packed >>> 32);
    int length = (int) packed;
    if (!memory.contains(pointer, length)) {
      usable = false;
      throw new WorkerException.AbiMismatch(
          function
              + " answered "
              + Integer.toUnsignedLong(length)
              + " bytes at "
              + Integer.toUnsignedLong(pointer)
              + ", which do not lie within the guest's memory of "
              + memory.sizeBytes()
              + " bytes");
    }
    if (length > payloadLimitBytes) {
      throw new WorkerException.PayloadTooLarge("reply", length, payloadLimitBytes);
    }
    return memory.read(pointer, length);
  }
}
