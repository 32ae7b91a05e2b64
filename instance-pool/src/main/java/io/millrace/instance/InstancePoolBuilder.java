package io.millrace.instance;

import io.millrace.memory.PageLimits;
import io.millrace.pipeline.WorkerException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes a pool. */
public final class InstancePoolBuilder {

  final ModuleSource source;
  @Nullable ModuleCache cache;
  private @Nullable Boolean dirtyTracking;
  private boolean sharedMemory;
  int claimArenaBytes = 4 * 1024 * 1024;
  int payloadLimitBytes = 16 * 1024 * 1024;
  int maximumPages = 4096;
  ModuleLimits moduleLimits = ModuleLimits.defaults();
  Duration startTimeout = Duration.ofSeconds(10);
  @Nullable AbiDescriptor abi;
  long memoryBudgetPages = Runtime.getRuntime().maxMemory() / PageLimits.PAGE_BYTES * 3 / 4;
  int maximumInstances = 1024;
  int spares = 1;
  int verifyResetsEvery = 1000;
  boolean snapshot = true;
  boolean tieredStart;
  CapabilityPolicy capabilities = CapabilityPolicy.NONE;
  HostFunctions hostFunctions = HostFunctions.BUILT_IN;
  ResetPolicy resetPolicy = ResetPolicy.ON_TENANT_CHANGE;
  RetirePolicy retirePolicy = RetirePolicy.NEVER;

  InstancePoolBuilder(ModuleSource source) {
    this.source = Objects.requireNonNull(source, "source");
  }

  /** Bytes that a payload or a reply may have at most. Default 16 MiB. */
  public InstancePoolBuilder payloadLimitBytes(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException(
          "payloadLimitBytes is " + bytes + ": it must be 0 or more");
    }
    payloadLimitBytes = bytes;
    return this;
  }

  /**
   * Pages of 64 KiB that one instance's memory may grow to, whatever its module allows. Default
   * 4096, which is 256 MiB.
   */
  public InstancePoolBuilder maximumPages(int pages) {
    if (pages < 1 || pages > PageLimits.HIGHEST_PAGES) {
      throw new IllegalArgumentException(
          "maximumPages is " + pages + ": it must lie in 1.." + PageLimits.HIGHEST_PAGES);
    }
    maximumPages = pages;
    return this;
  }

  /** How large the module may be in each respect. Default {@link ModuleLimits#defaults}. */
  public InstancePoolBuilder moduleLimits(ModuleLimits limits) {
    moduleLimits = Objects.requireNonNull(limits, "limits");
    return this;
  }

  /**
   * How bytes cross. Default: what the module's exports speak for where that is one descriptor
   * only, else {@link AbiDescriptor#FLAT}; {@link ModuleReport#abi} tells.
   */
  public InstancePoolBuilder abi(AbiDescriptor abi) {
    this.abi = Objects.requireNonNull(abi, "abi");
    return this;
  }

  /**
   * How long an instance may take to start once its module is compiled: the start function, {@code
   * _initialize}, {@code init} and the first allocation. One that takes longer is stopped, and the
   * invocation that needed it fails with {@link WorkerException.ModuleRejected} unless its deadline
   * has answered it before. Default 10 s.
   */
  public InstancePoolBuilder startTimeout(Duration timeout) {
    if (timeout.toMillis() < 1) {
      throw new IllegalArgumentException(
          "startTimeout is " + timeout + ": it must be 1 ms or longer");
    }
    startTimeout = timeout;
    return this;
  }

  /**
   * Whether instances remember which 4 KiB of their memory were stored to. It makes stores up to a
   * tenth slower, and a reset cost what was touched instead of the whole memory. Default: on with
   * {@link ResetPolicy#AFTER_EACH_INVOCATION}, else off.
   */
  public InstancePoolBuilder dirtyTracking(boolean on) {
    dirtyTracking = on;
    return this;
  }

  /**
   * Whether all instances share one linear memory, as Web Workers share a SharedArrayBuffer: the
   * module imports it, and its data segments are applied once. Default off. The memory is direct,
   * of the module's maximum or of {@link #maximumPages}, whichever is less, and charged to the
   * JVM's direct memory as soon as the first instance is built.
   *
   * <p>Whatever one invocation stores another can read: so the pool serves one tenant, the first
   * that comes, and refuses others by {@link WorkerException.CapabilityDenied}. An instance that
   * trapped is replaced, the memory is not. Before {@code _initialize} an export {@code
   * instance_slot(i32)} is called where there is one, with a small number that no other living
   * instance has: the guest's stacks are the guest's to keep apart. A block that its allocator gave
   * stays this host's when that instance is gone and another one has its number: until it is given
   * back, which may be through any instance. Loads and stores of guest code are slower than on a
   * private memory, and stores cannot be tracked.
   */
  public InstancePoolBuilder sharedMemory(boolean on) {
    sharedMemory = on;
    return this;
  }

  /**
   * Bytes of a {@linkplain #sharedMemory shared memory} that claims get their slices from, and the
   * largest claim; each counts for the next power of two. Default 4 MiB. The block is taken from
   * the guest's own allocator with the first claim, or by the last of {@link #maximumInstances},
   * since workers that have them all could keep that claim waiting; and stays taken until the pool
   * is closed. Of no effect where each instance has a memory of its own.
   *
   * <p>A claim that is still open at its deadline and is never closed costs its bytes for good,
   * since somebody may be writing to them: leave room for a few of those.
   *
   * @throws IllegalArgumentException when it is no power of two from 64 to 2^30
   */
  public InstancePoolBuilder claimArenaBytes(int bytes) {
    if (bytes < 64 || bytes > 1 << 30 || Integer.bitCount(bytes) != 1) {
      throw new IllegalArgumentException(
          "claimArenaBytes is " + bytes + ": it must be a power of two in 64.." + (1 << 30));
    }
    claimArenaBytes = bytes;
    return this;
  }

  /** What guests may reach through WASI. Default {@link CapabilityPolicy#NONE}. */
  public InstancePoolBuilder capabilities(CapabilityPolicy policy) {
    capabilities = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Grants the import {@code module.name}. Default: none. A module that imports it with another
   * signature is refused by {@link WorkerException.CapabilityDenied}.
   *
   * @param signature as in {@code (i32, i64) -> f32}, of i32, i64, f32 and f64, with {@code ()} for
   *     no result
   * @throws IllegalArgumentException when the signature cannot be read, the import was granted
   *     already, or it is a function of WASI
   */
  public InstancePoolBuilder hostFunction(
      String module, String name, String signature, HostFunction function) {
    hostFunctions =
        hostFunctions.with(module, name, signature, Objects.requireNonNull(function, "function"));
    return this;
  }

  /**
   * Grants the import {@code millrace.http_request}, for these endpoints. Default: no HTTP.
   *
   * @throws IllegalArgumentException when it was granted already
   */
  public InstancePoolBuilder httpAccess(HttpAccess access) {
    return hostFunction(
        GuestHttp.MODULE, GuestHttp.NAME, GuestHttp.SIGNATURE, new GuestHttp(access));
  }

  /** What is done with an instance's state. Default {@link ResetPolicy#ON_TENANT_CHANGE}. */
  public InstancePoolBuilder resetPolicy(ResetPolicy policy) {
    resetPolicy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /** When an instance is replaced. Default {@link RetirePolicy#NEVER}. */
  public InstancePoolBuilder retirePolicy(RetirePolicy policy) {
    retirePolicy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Whether later instances start from the first one's state, instead of running the guest's start
   * again. Default on. What the guest drew from random_get while it started is then the same in all
   * instances: guests have to draw secrets when they are called. {@link InstancePool#snapshot}
   * tells how much that was, and what became of the snapshot.
   */
  public InstancePoolBuilder snapshot(boolean on) {
    snapshot = on;
    return this;
  }

  /**
   * Whether the engine's interpreter answers while the module is compiled in the background. The
   * first replies then wait for the module to be read only, and are slow to come by; as soon as it
   * is compiled, each worker goes on with it between two invocations, in the same state. Default
   * off: the interpreter's loops cannot be interrupted, so deadlines and {@code close} may have to
   * wait for a guest that never ends. Not for guests that are not trusted.
   */
  public InstancePoolBuilder tieredStart(boolean on) {
    tieredStart = on;
    return this;
  }

  /**
   * Every how many resets the instance is compared in full with the state that it went back to; one
   * that differs is counted, logged and retired. 1 compares each. Default 1000.
   */
  public InstancePoolBuilder verifyResetsEvery(int resets) {
    verifyResetsEvery = positive("verifyResetsEvery", resets);
    return this;
  }

  /** Instances that may exist at one time, leased or idle. Default 1024. */
  public InstancePoolBuilder maximumInstances(int instances) {
    maximumInstances = positive("maximumInstances", instances);
    return this;
  }

  /**
   * Pages of 64 KiB that all instances may have together. Beyond it memory.grow answers -1 and no
   * further instance is built. Default: three quarters of the JVM's largest heap.
   */
  public InstancePoolBuilder memoryBudgetPages(long pages) {
    if (pages < 1) {
      throw new IllegalArgumentException(
          "memoryBudgetPages is " + pages + ": it must be 1 or more");
    }
    memoryBudgetPages = pages;
    return this;
  }

  /**
   * Instances that are built ahead, in the background, each time that one was retired. 0 to 1024,
   * default 1.
   */
  public InstancePoolBuilder spares(int instances) {
    if (instances < 0 || instances > 1024) {
      throw new IllegalArgumentException("spares is " + instances + ": it must lie in 0..1024");
    }
    spares = instances;
    return this;
  }

  private static int positive(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " is " + value + ": it must be 1 or more");
    }
    return value;
  }

  /** The cache of compiled modules. Default: one of the pool's own. */
  public InstancePoolBuilder moduleCache(ModuleCache cache) {
    this.cache = cache;
    return this;
  }

  MemoryKind memoryKind() {
    if (sharedMemory) {
      return MemoryKind.SHARED;
    }
    boolean resetsOften = resetPolicy == ResetPolicy.AFTER_EACH_INVOCATION;
    return Objects.requireNonNullElse(dirtyTracking, resetsOften)
        ? MemoryKind.TRACKED
        : MemoryKind.FLAT;
  }

  /**
   * Makes the pool. Reads nothing.
   *
   * @throws IllegalStateException when the memory is to be both shared and tracked, or shared and
   *     reset after each invocation
   */
  public InstancePool build() {
    if (sharedMemory && Boolean.TRUE.equals(dirtyTracking)) {
      throw new IllegalStateException(
          "sharedMemory and dirtyTracking exclude each other: choose one");
    }
    if (sharedMemory && resetPolicy == ResetPolicy.AFTER_EACH_INVOCATION) {
      throw new IllegalStateException(
          "a shared memory cannot be reset: choose another resetPolicy than " + resetPolicy);
    }
    return new InstancePool(this);
  }
}
