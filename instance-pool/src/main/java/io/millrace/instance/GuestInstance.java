package io.millrace.instance;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.TableSection;
import io.millrace.memory.BumpArena;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.PageLimits;
import io.millrace.memory.Slice;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import java.util.HashMap;
import java.util.Map;

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
  private final LinearMemory memory;
  private final Map<String, ExportFunction> functions = new HashMap<>();
  private BumpArena arena;
  private boolean usable = true;

  /**
   * Builds and starts an instance: applies the module's segments, runs its start function and its
   * {@code _initialize}, and takes the arena's block.
   *
   * @throws WorkerException.ModuleRejected when the guest fails to start
   */
  GuestInstance(
      CompiledModule module,
      AbiDescriptor abi,
      MemoryKind kind,
      int payloadLimitBytes,
      int maximumPages,
      long tableEntries) {
    this.report = module.report();
    this.abi = abi;
    this.payloadLimitBytes = payloadLimitBytes;
    try {
      long room = roomInEachTable(module.wasm().tableSection(), tableEntries);
      this.instance =
          Instance.builder(module.wasm())
              .withMachineFactory(module.machines())
              .withMemoryFactory(limits -> memory(limits, kind, maximumPages))
              .withTableFactory((table, value) -> new TableInstance(copy(table, room), value))
              .withImportValues(WasiImports.forModule(module.wasm()))
              .withStart(false)
              .build();
      this.memory = ((EngineMemory) instance.memory()).linear();
      if (exportsInitialize()) {
        // The engine leaves this to the host (WASI application ABI: reactors).
        instance.export("_initialize").apply();
      }
      this.arena = takeArena(Math.min(FIRST_ARENA_BYTES, payloadLimitBytes));
    } catch (WorkerException known) {
      throw known;
    } catch (WasiImports.ExitSignal exit) {
      throw new WorkerException.ModuleRejected(
          report.name() + " ended itself while it started, with exit code " + exit.exitCode, exit);
    } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError failed) {
      throw new WorkerException.ModuleRejected(
          report.name() + " failed to start: " + failed.getMessage(), failed);
    }
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
    ExportFunction function = function(invocation.function());
    try {
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

  private boolean exportsInitialize() {
    return report.functions().stream()
        .anyMatch(fit -> fit.name().equals("_initialize") && fit.type().equals("() -> ()"));
  }

  private EngineMemory memory(MemoryLimits limits, MemoryKind kind, int maximumPages) {
    int highest = Math.min(limits.maximumPages(), maximumPages);
    return kind.create(new PageLimits(limits.initialPages(), highest));
  }

  /**
   * By how many entries each table may grow: what the tables leave of the limit, in equal parts.
   */
  private static long roomInEachTable(TableSection tables, long limit) {
    long atStart = 0;
    for (int i = 0; i < tables.tableCount(); i++) {
      atStart += tables.getTable(i).limits().min();
    }
    return Math.max(0, limit - atStart) / Math.max(1, tables.tableCount());
  }

  /**
   * The engine's table.grow changes the limits of the table that it was given, for all instances.
   */
  private static Table copy(Table table, long room) {
    TableLimits limits = table.limits();
    long most = Math.min(limits.max(), limits.min() + room);
    return new Table(
        table.elementType(),
        new TableLimits(limits.min(), most, limits.shared()),
        table.initialize());
  }
}
