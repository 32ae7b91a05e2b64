package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.ClaimArena;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Instances that import one shared memory, on several threads, through a pool. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedPoolTest {

  /** Where the module below counts, and where it waits. */
  private static final int[] CELL = {0x41, 0x80, 0x10}; // i32.const 2048

  /**
   * The result is the length of the reply: in the memory it could be another instance's. {@code
   * i64.extend_i32_u, i64.const 2112 << 32, i64.or}
   */
  private static final int[] ANSWER_RESULT =
      IntStream.concat(
              IntStream.concat(IntStream.of(0xAD), IntStream.of(WasmBuilder.i64(2112L << 32))),
              IntStream.of(0x84))
          .toArray();

  private final InstancePool pool = pool(module(), true);

  private static byte[] module() {
    return builder().importedMemory("env", "memory", 3, 4).build();
  }

  private static WasmBuilder builder() {
    int[] in = types(I32, I32);
    int[] out = types(I64);
    return new WasmBuilder()
        .allocator(4096)
        .data(100, "live")
        .answering("text", 100L << 32 | 4)
        // i32.const 1, i32.atomic.rmw.add
        .function("count", in, out, code(CELL, new int[] {0x41, 1, 0xFE, 0x1E, 2, 0}))
        // i32.const 0, i64.const -1, memory.atomic.wait32
        .function("wait", in, out, code(CELL, new int[] {0x41, 0, 0x42, 0x7F, 0xFE, 1, 2, 0}))
        // i32.const 1, memory.atomic.notify
        .function("notify", in, out, code(CELL, new int[] {0x41, 1, 0xFE, 0, 2, 0}))
        // i32.const 1, i32.const 1, i32.atomic.rmw.add at the odd address 1
        .function("odd", in, out, code(new int[] {0x41, 1, 0x41, 1, 0xFE, 0x1E, 2, 0}, types()));
  }

  private static int[] code(int[]... parts) {
    List<Integer> all = new ArrayList<>();
    for (int[] part : List.of(parts[0], parts[1], ANSWER_RESULT)) {
      for (int each : part) {
        all.add(each);
      }
    }
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  private static InstancePool pool(byte[] wasm, boolean shared) {
    return InstancePool.builder(ModuleSource.of("shared.wasm", wasm)).sharedMemory(shared).build();
  }

  private static int call(GuestLease lease, String function) {
    return Guests.call(lease, function, new byte[0]).length;
  }

  private static FutureTask<Integer> start(Callable<Integer> work) {
    FutureTask<Integer> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "guest");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  @AfterEach
  void close() {
    pool.close();
  }

  /** An allocator that does {@code otherwise} where more than a mebibyte is wanted. */
  private static InstancePoolBuilder allocating(int... otherwise) {
    int[] begin = {0x20, 0, 0x41, 0x80, 0x80, 0xC0, 0, 0x4B, 0x04, 0x40}; // local 0 > 1 MiB, if
    int[] end = {0x0B, 0x41, 0x80, 0x20}; // end, i32.const 4096
    int[] alloc = Stream.of(begin, otherwise, end).flatMapToInt(IntStream::of).toArray();
    byte[] wasm =
        new WasmBuilder()
            .function("alloc", types(I32), types(I32), alloc)
            .function("free", types(I32), types())
            .data(100, "live")
            .answering("text", 100L << 32 | 4)
            .importedMemory("env", "memory", 3, 4)
            .build();
    return InstancePool.builder(ModuleSource.of("allocating.wasm", wasm))
        .sharedMemory(true)
        .startTimeout(Duration.ofMillis(300));
  }

  @Test
  void anAllocatorThatTrapsForAnArenaFailsItTypedAndCostsTheInstance() {
    try (InstancePool trapping = allocating(0x00).build()) { // unreachable
      assertThatThrownBy(() -> trapping.sharedArena(null, 2_000_000).block())
          .isInstanceOf(WorkerException.GuestTrap.class);
      assertThat(trapping.metrics().instancesRetired()).isEqualTo(1);
      assertThat(trapping.sharedArena(null, 4096).block()).isNotNull();
    }
  }

  @Test
  void anAllocatorThatNeverReturnsIsStopped() {
    try (InstancePool looping = allocating(0x03, 0x40, 0x0C, 0, 0x0B).build()) { // loop, br 0, end
      assertThatThrownBy(() -> looping.sharedArena(null, 2_000_000).block())
          .isInstanceOf(WorkerException.ModuleRejected.class);
      assertThat(looping.metrics().instancesRetired()).isEqualTo(1);
    }
  }

  @Test
  void anAllocatorThatTrapsForClaimsCostsTheLastInstanceOnceAndFailsClaimsTyped() {
    try (InstancePool trapping = allocating(0x00).maximumInstances(1).build();
        GuestLease lease = trapping.lease()) {
      assertThat(call(lease, "text")).isEqualTo(4);
      assertThat(trapping.metrics().instancesRetired()).isEqualTo(1);
      Mono<ClaimArena> claims = Objects.requireNonNull(trapping.claimArena(null));
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(claims::block).isInstanceOf(WorkerException.GuestTrap.class);
      }
      assertThat(call(lease, "text")).isEqualTo(4);
      assertThat(trapping.metrics().instancesRetired()).isEqualTo(1);
    }
  }

  @Test
  void aClaimThatComesWhileTheLastInstanceIsBuiltWaitsForIt() throws Exception {
    CountDownLatch starting = new CountDownLatch(1);
    Semaphore mayStart = new Semaphore(0);
    try (InstancePool starter = startingWhen(starting, mayStart).build();
        GuestLease lease = starter.lease()) {
      FutureTask<Integer> first = start(() -> call(lease, "text"));
      starting.await();
      CompletableFuture<ClaimArena> claims =
          Objects.requireNonNull(starter.claimArena(null)).toFuture();
      assertThat(claims).as("it waits").failsWithin(Duration.ofMillis(100));
      mayStart.release();
      assertThat(claims).succeedsWithin(Duration.ofSeconds(20));
      assertThat(first.get()).isEqualTo(4);
    }
  }

  @Test
  void itIsServedAlsoWhenThatIsNotTheLastAnyMore() throws Exception {
    CountDownLatch starting = new CountDownLatch(2);
    Semaphore mayStart = new Semaphore(1);
    try (InstancePool starter =
            startingWhen(starting, mayStart).maximumInstances(2).snapshot(false).build();
        GuestLease lease = starter.lease()) {
      GuestInstance other = starter.obtain(null);
      FutureTask<Integer> first = start(() -> call(lease, "text"));
      starting.await();
      CompletableFuture<ClaimArena> claims =
          Objects.requireNonNull(starter.claimArena(null)).toFuture();
      assertThat(claims).as("it waits").failsWithin(Duration.ofMillis(300));
      starter.retire(other);
      mayStart.release();
      assertThat(claims).succeedsWithin(Duration.ofSeconds(20));
      assertThat(first.get()).isEqualTo(4);
    }
  }

  @Test
  void aClaimThatWaitsForAnInstanceThatCannotBeBuiltFailsWithIt() throws Exception {
    CountDownLatch starting = new CountDownLatch(1);
    try (InstancePool starter = startingWhen(starting, new Semaphore(0)).build();
        GuestLease lease = starter.lease()) {
      FutureTask<Integer> first = start(() -> call(lease, "text"));
      starting.await();
      Mono<ClaimArena> claims = Objects.requireNonNull(starter.claimArena(null));
      assertThatThrownBy(claims::block).isInstanceOf(WorkerException.class);
      assertThat(first).failsWithin(Duration.ofSeconds(20));
    }
  }

  /** A pool of one, whose guest asks its host before it is ready. */
  private static InstancePoolBuilder startingWhen(CountDownLatch starting, Semaphore mayStart) {
    byte[] wasm =
        builder()
            .imported("host", "ready", types(), types())
            .function("_initialize", types(), types(), 0x10, 0)
            .importedMemory("env", "memory", 3, 4)
            .build();
    return InstancePool.builder(ModuleSource.of("starter.wasm", wasm))
        .sharedMemory(true)
        .claimArenaBytes(64)
        .maximumInstances(1)
        .spares(0)
        .startTimeout(Duration.ofSeconds(2))
        .hostFunction(
            "host",
            "ready",
            "() -> ()",
            (call, args) -> {
              starting.countDown();
              try {
                mayStart.acquire();
              } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
              }
              return 0;
            });
  }

  @Test
  void instancesCountTogetherAndLoseNothing() throws Exception {
    int rounds = 20_000;
    List<FutureTask<Integer>> runs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      runs.add(
          start(
              () -> {
                try (GuestLease lease = pool.lease()) {
                  for (int round = 0; round < rounds; round++) {
                    call(lease, "count");
                  }
                }
                return 0;
              }));
    }
    for (FutureTask<Integer> run : runs) {
      run.get();
    }
    try (GuestLease lease = pool.lease()) {
      assertThat(call(lease, "count")).isEqualTo(3 * rounds);
    }
  }

  @Test
  void oneInstanceWakesAnother() throws Exception {
    FutureTask<Integer> waiter = start(() -> withLease("wait"));
    try (GuestLease lease = pool.lease()) {
      await().until(() -> call(lease, "notify") == 1);
      assertThat(waiter.get()).as("0 means notified").isZero();
      assertThat(call(lease, "notify")).as("nobody waits any more").isZero();
    }
  }

  private int withLease(String function) {
    try (GuestLease lease = pool.lease()) {
      return call(lease, function);
    }
  }

  @Test
  void aWaitEndsWhenItsThreadIsInterrupted() throws Exception {
    Thread caller = Thread.currentThread();
    try (GuestLease lease = pool.lease()) {
      assertThat(call(lease, "notify")).isZero();
      FutureTask<Integer> interrupter =
          start(
              () -> {
                await().until(() -> caller.getState() == Thread.State.WAITING);
                caller.interrupt();
                return 0;
              });
      assertThatThrownBy(() -> call(lease, "wait"))
          .isInstanceOf(WorkerException.WorkerTerminated.class);
      Thread.interrupted();
      interrupter.get();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void aWaitOnReactorsNonBlockingThreadsTraps() {
    try (GuestLease lease = pool.lease()) {
      assertThat(call(lease, "notify")).isZero();
      assertThatThrownBy(
              () ->
                  Mono.fromCallable(() -> call(lease, "wait"))
                      .subscribeOn(Schedulers.parallel())
                      .block())
          .isInstanceOf(WorkerException.GuestTrap.class)
          .hasMessageContaining("may not block");
    }
  }

  @Test
  void anOddAddressTraps() {
    try (GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> call(lease, "odd"))
          .isInstanceOf(WorkerException.GuestTrap.class)
          .hasMessageContaining("unaligned");
    }
  }

  @Test
  void aSecondTenantIsRefused() {
    try (GuestLease lease = pool.lease();
        GuestLease other = pool.lease()) {
      assertThat(lease.guest("a").invoke(Invocation.of("text", ""))).asString().isEqualTo("live");
      assertThat(other.guest("a").invoke(Invocation.of("text", ""))).asString().isEqualTo("live");
      for (String tenant : new String[] {"b", null}) {
        assertThatThrownBy(() -> other.guest(tenant))
            .isInstanceOf(WorkerException.CapabilityDenied.class)
            .hasMessageContaining("needs a pool of its own");
      }
      assertThat(lease.guest("a").invoke(Invocation.of("text", ""))).asString().isEqualTo("live");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ResetPolicy.class,
      names = {"AFTER_EACH_INVOCATION"},
      mode = EnumSource.Mode.EXCLUDE)
  void aSecondTenantIsRefusedByTheLeaseThatServesTheFirst(ResetPolicy policy) {
    try (InstancePool kept =
            InstancePool.builder(ModuleSource.of("shared.wasm", module()))
                .sharedMemory(true)
                .resetPolicy(policy)
                .spares(0)
                .build();
        GuestLease lease = kept.lease()) {
      Guest first = lease.guest("a");
      assertThatThrownBy(() -> lease.guest("b"))
          .isInstanceOf(WorkerException.CapabilityDenied.class)
          .hasMessageContaining("needs a pool of its own");
      assertThat(lease.guest("a")).as("b cost a nothing").isSameAs(first);
      assertThat(kept.metrics().instancesRetired()).isZero();
    }
  }

  @Test
  void aModuleThatSharesNeedsAPoolThatShares() {
    try (InstancePool unshared = pool(module(), false);
        GuestLease lease = unshared.lease()) {
      assertThatThrownBy(() -> lease.guest(null))
          .isInstanceOf(WorkerException.CapabilityDenied.class)
          .hasMessageContaining("env.memory (memory)")
          .hasMessageContaining("sharedMemory(true)");
    }
  }

  @Test
  void aModuleWithItsOwnMemoryNeedsAPoolThatDoesNotShare() {
    try (InstancePool shared = pool(builder().memory(3, 4).build(), true);
        GuestLease lease = shared.lease()) {
      assertThatThrownBy(() -> call(lease, "text"))
          .isInstanceOf(WorkerException.AbiMismatch.class)
          .hasMessageContaining("wants it imported");
    }
  }

  @Test
  void sharedMemoryCannotBeTracked() {
    assertThatThrownBy(
            () ->
                InstancePool.builder(Guests.digest())
                    .moduleCache(Guests.COMPILED)
                    .sharedMemory(true)
                    .dirtyTracking(true)
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("choose one");
  }

  @Test
  void anInstanceLeavesItsBlockOfTheSharedMemoryToTheNext() {
    // alloc: i32.const 2048, local.get 0, i32.atomic.rmw.add, i32.const 4096, i32.add
    byte[] bumping =
        new WasmBuilder()
            .function(
                "alloc",
                types(I32),
                types(I32),
                0x41,
                0x80,
                0x10,
                0x20,
                0,
                0xFE,
                0x1E,
                2,
                0,
                0x41,
                0x80,
                0x20,
                0x6A)
            .function("free", types(I32), types())
            .data(100, "live")
            .answering("text", 100L << 32 | 4)
            .importedMemory("env", "memory", 3, 3)
            .build();
    try (InstancePool fresh =
            InstancePool.builder(ModuleSource.of("bumping.wasm", bumping))
                .sharedMemory(true)
                .resetPolicy(ResetPolicy.FRESH_PER_INVOCATION)
                .spares(0)
                .build();
        GuestLease lease = fresh.lease()) {
      for (int i = 0; i < 10; i++) {
        assertThat(lease.guest("a").invoke(Invocation.of("text", ""))).asString().isEqualTo("live");
      }
      assertThat(fresh.metrics().instancesRetired()).isGreaterThanOrEqualTo(9);
    }
  }
}
