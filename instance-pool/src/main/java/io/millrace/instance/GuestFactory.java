package io.millrace.instance;

import io.millrace.memory.Snapshot;
import io.millrace.pipeline.WorkerException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Builds the instances of one pool: the first by running the guest's own start, the later ones from
 * the state that it was in then. Several threads.
 */
final class GuestFactory {

  private static final System.Logger LOGGER = System.getLogger(GuestFactory.class.getName());

  private static final String NOTHING_TO_RUN = "() -> ()";

  private final int payloadLimitBytes;
  private final boolean startsFromSnapshot;

  /** To go back to, or to begin with when the compiled module takes over. */
  private final boolean needsState;

  private final Duration startTimeout;
  private final CapabilityPolicy capabilities;
  private final EngineInstance.Parts parts;
  private final AtomicReference<@Nullable InstanceState> image = new AtomicReference<>();
  private volatile @Nullable SnapshotReport report;
  private volatile boolean startGrowsTables;

  GuestFactory(InstancePoolBuilder pool, GuestMemories memories) {
    payloadLimitBytes = pool.payloadLimitBytes;
    startsFromSnapshot = pool.snapshot;
    if (!startsFromSnapshot) {
      memories.close(); // nobody would ask for one that is left
    }
    needsState = pool.resetPolicy.resets() || pool.tieredStart;
    startTimeout = pool.startTimeout;
    capabilities = pool.capabilities;
    parts =
        new EngineInstance.Parts(
            memories, pool.hostFunctions, pool.moduleLimits.get(ModuleLimits.Limit.TABLE_ENTRIES));
  }

  /** What became of the snapshot, once an instance was built. */
  Optional<SnapshotReport> report() {
    return Optional.ofNullable(report);
  }

  /**
   * Builds an instance that is ready for its first invocation.
   *
   * @throws WorkerException.ModuleRejected when the guest fails to start
   * @throws WorkerException.AbiMismatch when the module has no memory; none of its code runs
   */
  GuestInstance build(LoadedModule module) {
    String name = module.report().name();
    if (module.report().memories().isEmpty()) {
      throw new WorkerException.AbiMismatch(
          name + " has no memory, where payloads could go",
          "compile it with one, and export alloc");
    }
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
          name + " failed to start: " + failed.getMessage(),
          "mend what runs when an instance starts: its start function, _initialize and alloc",
          failed);
    } finally {
      start.end();
    }
  }

  /** One attempt, whose memory goes back to the pool's budget when it fails. */
  private final class Start {

    private final LoadedModule module;
    private @Nullable EngineInstance instance;
    private boolean done;

    Start(LoadedModule module) {
      this.module = module;
    }

    EngineInstance instantiate(@Nullable Snapshot filling) {
      end();
      EngineInstance made =
          EngineInstance.of(
              module.compiled(), parts, filling, new WasiContext(capabilities, payloadLimitBytes));
      instance = made;
      return made;
    }

    GuestInstance guest(
        EngineInstance of, @Nullable InstanceState state, InstanceState.@Nullable Block arena) {
      return new GuestInstance(module, payloadLimitBytes, of, state, arena);
    }

    void end() {
      EngineInstance made = instance;
      if (made != null) {
        made.wasi().end();
        if (!done) {
          made.memory().discard();
          made.memory().vacate();
        }
      }
    }
  }

  private GuestInstance started(Start start) {
    EngineInstance instance = start.instantiate(null);
    tellSlot(start.module.report(), instance);
    // The engine leaves this to the host (WASI application ABI: reactors).
    callIfThere(start.module.report(), instance, "_initialize");
    callIfThere(start.module.report(), instance, "init");
    GuestInstance guest = start.guest(instance, null, leftArena(instance));
    long drawn = instance.wasi().random().drawnBytes();
    if (!startsFromSnapshot && !needsState) {
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

  /** On a memory that outlives its instances a block for each of them would fill it. */
  private static InstanceState.@Nullable Block leftArena(EngineInstance instance) {
    return instance.memory() instanceof SharedMemory shared ? shared.takeArena() : null;
  }

  private GuestInstance fromImage(Start start, InstanceState state) {
    EngineInstance instance = start.instantiate(state.memory());
    // The memory has it already. Over what the engine has done by itself: globals and tables.
    if (!state.restoreBesideMemory(instance)) {
      // The guest's start grew a table: only its start can bring it there.
      startGrowsTables = true;
      image.set(null);
      return started(start);
    }
    return start.guest(instance, state, state.arena());
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
      EngineInstance instance = start.instantiate(first.memory());
      if (!from.copyTo(instance)) {
        return Optional.empty();
      }
      GuestInstance moved = start.guest(instance, first, from.arenaBlock());
      start.done = true;
      return Optional.of(moved);
    } catch (RuntimeException | OutOfMemoryError failed) {
      // No room for both at once, say. The pool builds a new one when this one is gone.
      LOGGER.log(System.Logger.Level.DEBUG, "an instance was not moved", failed);
      return Optional.empty();
    } finally {
      start.end();
    }
  }

  /** Instances on one memory begin with one stack: the guest has to tell them apart. */
  private static void tellSlot(ModuleReport report, EngineInstance instance) {
    if (instance.memory() instanceof SharedMemory shared
        && exports(report, "instance_slot", "(i32) -> ()")) {
      instance.function("instance_slot").call(shared.slot());
    }
  }

  private static void callIfThere(ModuleReport report, EngineInstance instance, String name) {
    if (exports(report, name, NOTHING_TO_RUN)) {
      instance.function(name).call();
    }
  }

  private static boolean exports(ModuleReport report, String name, String type) {
    return report.functions().stream()
        .anyMatch(fit -> fit.name().equals(name) && fit.type().equals(type));
  }
}
