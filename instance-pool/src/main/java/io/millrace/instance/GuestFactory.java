package io.millrace.instance;

import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.TableSection;
import io.millrace.memory.Snapshot;
import io.millrace.pipeline.WorkerException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds the instances of one pool: the first by running the guest's own start, the later ones from
 * the state that it was in then. Several threads.
 */
final class GuestFactory {

  private static final System.Logger LOGGER = System.getLogger(GuestFactory.class.getName());

  private static final String NOTHING_TO_RUN = "() -> ()";

  private final GuestMemories memories;
  private final int payloadLimitBytes;
  private final boolean startsFromSnapshot;
  private final boolean resets;
  private final Duration startTimeout;
  private final long tableEntries;
  private final CapabilityPolicy capabilities;
  private final HostFunctions hostFunctions;
  private final AtomicReference<@Nullable InstanceState> image = new AtomicReference<>();
  private volatile @Nullable SnapshotReport report;
  private volatile boolean startGrowsTables;

  GuestFactory(InstancePoolBuilder pool, GuestMemories memories) {
    this.memories = memories;
    payloadLimitBytes = pool.payloadLimitBytes;
    startsFromSnapshot = pool.snapshot;
    resets = pool.resetPolicy.resets();
    startTimeout = pool.startTimeout;
    capabilities = pool.capabilities;
    hostFunctions = pool.hostFunctions;
    tableEntries = pool.moduleLimits.get(ModuleLimits.Limit.TABLE_ENTRIES);
  }

  /** What became of the snapshot, once an instance was built. */
  Optional<SnapshotReport> report() {
    return Optional.ofNullable(report);
  }

  /**
   * Builds an instance that is ready for its first invocation.
   *
   * @throws WorkerException.ModuleRejected when the guest fails to start
   */
  GuestInstance build(LoadedModule module) {
    String name = module.report().name();
    Start start = new Start(module);
    try {
      InstanceState known = image.get();
      GuestInstance built =
          StartWatch.within(
              startTimeout, name, () -> known == null ? started(start) : fromImage(start, known));
      start.done = true;
      return built;
    } catch (WorkerException known) {
      throw known;
    } catch (OutOfMemoryError full) {
      throw new WorkerException.WorkerTerminated(
          name + " cannot be started now, the JVM's memory is full: " + full.getMessage(), full);
    } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError failed) {
      throw new WorkerException.ModuleRejected(
          name + " failed to start: " + failed.getMessage(), failed);
    } finally {
      start.end();
      start.wasi.end();
    }
  }

  /** One attempt, whose memory goes back to the pool's budget when it fails. */
  private final class Start {

    private final LoadedModule module;
    private @Nullable EngineMemory memory;
    private WasiContext wasi = new WasiContext(capabilities);
    private boolean done;

    Start(LoadedModule module) {
      this.module = module;
    }

    ModuleReport report() {
      return module.report();
    }

    Instance instantiate(@Nullable Snapshot filling) {
      end();
      wasi = new WasiContext(capabilities);
      WasmModule wasm = module.compiled().wasm();
      long room = roomInEachTable(wasm.tableSection(), tableEntries);
      return Instance.builder(wasm)
          .withMachineFactory(filling == null ? machines() : skippingStart())
          .withMemoryFactory(limits -> memory(limits, filling))
          .withTableFactory((table, value) -> new TableInstance(copy(table, room), value))
          .withImportValues(imports(report().name(), wasm, wasi))
          .withStart(false)
          .build();
    }

    private Function<Instance, Machine> machines() {
      return module.compiled().machines();
    }

    private Function<Instance, Machine> skippingStart() {
      return module.compiled().wasm().startSection().isEmpty()
          ? machines()
          : instance -> new SkippedStart(machines().apply(instance));
    }

    private EngineMemory memory(MemoryLimits limits, @Nullable Snapshot filling) {
      EngineMemory made = memories.create(report().name(), limits, filling);
      memory = made;
      return made;
    }

    void end() {
      if (!done && memory != null) {
        memory.discard();
      }
    }
  }

  private GuestInstance started(Start start) {
    Instance instance = start.instantiate(null);
    // The engine leaves this to the host (WASI application ABI: reactors).
    callIfThere(start.report(), instance, "_initialize");
    callIfThere(start.report(), instance, "init");
    GuestInstance guest =
        new GuestInstance(start.module, payloadLimitBytes, instance, start.wasi, null, null);
    long drawn = start.wasi.random().drawnBytes();
    if (!startsFromSnapshot && !resets) {
      report = SnapshotReport.refused("it is switched off, and nothing is reset", drawn);
      return guest;
    }
    Optional<String> obstacle = guest.obstacle();
    if (obstacle.isPresent()) {
      report = SnapshotReport.refused(obstacle.get(), drawn);
      return guest;
    }
    InstanceState state = guest.captureState();
    if (!startsFromSnapshot) {
      report = SnapshotReport.refused("it is switched off", drawn);
    } else if (startGrowsTables) {
      report = SnapshotReport.refused("a table grew while the guest started", drawn);
    } else if (image.compareAndSet(null, state)) {
      report = SnapshotReport.taken(state.memory(), drawn);
    }
    return guest;
  }

  private GuestInstance fromImage(Start start, InstanceState state) {
    Instance instance = start.instantiate(state.memory());
    // The memory has it already. Over what the engine has done by itself: globals and tables.
    if (!state.restoreBesideMemory(instance, (EngineMemory) instance.memory(), start.wasi)) {
      // The guest's start grew a table: only its start can bring it there.
      startGrowsTables = true;
      image.set(null);
      return started(start);
    }
    return new GuestInstance(
        start.module, payloadLimitBytes, instance, start.wasi, state, state.arena());
  }

  /**
   * An instance of {@code module} that goes on where another one is, and has the same state to go
   * back to. Empty where that one's state cannot be taken.
   */
  Optional<GuestInstance> moved(LoadedModule module, GuestInstance from) {
    InstanceState first = from.state();
    if (first == null || from.obstacle().isPresent()) {
      return Optional.empty();
    }
    Start start = new Start(module);
    try {
      Instance instance = start.instantiate(first.memory());
      EngineMemory engine = (EngineMemory) instance.memory();
      if (!first.restore(instance, engine, start.wasi) || !from.copyTo(instance, start.wasi)) {
        return Optional.empty();
      }
      GuestInstance moved =
          new GuestInstance(
              start.module, payloadLimitBytes, instance, start.wasi, first, from.arenaBlock());
      start.done = true;
      return Optional.of(moved);
    } catch (RuntimeException failed) {
      // No room for both at once, say. The pool builds a new one when this one is gone.
      LOGGER.log(System.Logger.Level.DEBUG, "an instance was not moved", failed);
      return Optional.empty();
    } finally {
      start.end();
      start.wasi.end();
    }
  }

  private ImportValues imports(String name, WasmModule wasm, WasiContext wasi) {
    return ImportValues.builder()
        .withFunctions(HostImports.forModule(wasm, wasi, hostFunctions))
        .withMemories(memories.imported(name, wasm))
        .build();
  }

  private static void callIfThere(ModuleReport report, Instance instance, String name) {
    if (report.functions().stream()
        .anyMatch(fit -> fit.name().equals(name) && fit.type().equals(NOTHING_TO_RUN))) {
      instance.export(name).apply();
    }
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
