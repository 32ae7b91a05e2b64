package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The interpreter answers until the module is compiled. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TieredStartTest {

  /** What the compiler has to do, for the test to let go. */
  private final Queue<Runnable> compiles = new ConcurrentLinkedQueue<>();

  private final ModuleCache cache = new ModuleCache(1L << 30, null, compiles::add);

  /** Adds one to the int at 600, and answers as many bytes. */
  private static byte[] counting() {
    int[] count = {0x41, 0xD8, 4, 0x41, 0xD8, 4, 0x28, 2, 0, 0x41, 1, 0x6A, 0x36, 2, 0};
    int[] answer = {0x41, 0xD8, 4, 0x28, 2, 0, 0xAD, 0x84};
    return StatefulGuest.builder()
        .function(
            "count",
            types(I32, I32),
            types(I64),
            IntStream.concat(
                    IntStream.of(count),
                    IntStream.concat(
                        IntStream.of(WasmBuilder.i64(2048L << 32)), IntStream.of(answer)))
                .toArray())
        .build();
  }

  private InstancePoolBuilder pool() {
    return InstancePool.builder(ModuleSource.of("counting.wasm", counting()))
        .moduleCache(cache)
        .tieredStart(true);
  }

  private void compile() {
    Runnable next = compiles.poll();
    assertThat(next).isNotNull();
    next.run();
  }

  private static int count(GuestLease lease, String tenant) {
    return lease.guest(tenant).invoke(Invocation.of("count", "")).length;
  }

  private static GuestInstance held(GuestLease lease) {
    return Objects.requireNonNull(((InstanceLease) lease).held());
  }

  @Test
  void anInstanceGoesOnCompiledWhereItWasInterpreted() {
    try (InstancePool pool = pool().verifyResetsEvery(1).build();
        GuestLease lease = pool.lease()) {
      assertThat(count(lease, "a")).isEqualTo(1);
      lease.guest("a").invoke(Invocation.of("grow", ""));
      lease.guest("a").invoke(Invocation.of("global", ""));
      lease.guest("a").invoke(Invocation.of("table", ""));
      assertThat(count(lease, "a")).isEqualTo(2);
      GuestInstance interpreted = held(lease);
      assertThat(interpreted.module().interpreted()).isTrue();
      int pages = interpreted.pages();
      compile();
      assertThat(count(lease, "a")).as("in the same state").isEqualTo(3);
      GuestInstance compiled = held(lease);
      assertThat(compiled.module().interpreted()).isFalse();
      assertThat(compiled.pages()).isEqualTo(pages);
      assertThat(interpreted.usable()).isFalse();
      assertThat(count(lease, "b")).as("its first state is the guest's").isEqualTo(1);
      assertThat(held(lease)).isSameAs(compiled);
      assertThat(pool.metrics().resetDifferences()).isZero();
      assertThat(pool.metrics().instances()).isEqualTo(1);
      assertThat(pool.metrics().memoryPages()).isEqualTo(compiled.pages());
    }
  }

  @Test
  void stateIsKeptOverTheSwitchWhereNothingIsResetNorStartedFromASnapshot() {
    try (InstancePool pool = pool().resetPolicy(ResetPolicy.KEEP_STATE).snapshot(false).build();
        GuestLease lease = pool.lease()) {
      assertThat(count(lease, "a")).isEqualTo(1);
      compile();
      assertThat(count(lease, "a")).isEqualTo(2);
      assertThat(held(lease).module().interpreted()).isFalse();
    }
  }

  @Test
  void anIdleInstanceIsMovedWhenItIsLeased() {
    try (InstancePool pool = pool().build()) {
      try (GuestLease lease = pool.lease()) {
        assertThat(count(lease, "a")).isEqualTo(1);
      }
      compile();
      try (GuestLease lease = pool.lease()) {
        assertThat(count(lease, "a")).isEqualTo(2);
        assertThat(held(lease).module().interpreted()).isFalse();
      }
    }
  }

  @Test
  void noReplyIsLostOrDoubledWhileWorkersSwitch() throws Exception {
    int each = 2_000;
    try (InstancePool pool = pool().build()) {
      List<FutureTask<Integer>> workers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        FutureTask<Integer> worker =
            new FutureTask<>(
                () -> {
                  try (GuestLease lease = pool.lease()) {
                    int last = 0;
                    for (int call = 0; call < each; call++) {
                      last = count(lease, "a");
                      assertThat(last).isEqualTo(call + 1);
                    }
                    return last;
                  }
                });
        workers.add(worker);
        new Thread(worker, "worker").start();
      }
      await().until(() -> !compiles.isEmpty());
      compile();
      for (FutureTask<Integer> worker : workers) {
        assertThat(worker.get()).isEqualTo(each);
      }
      assertThat(compiles).as("one compile").isEmpty();
    }
  }

  @Test
  void aPoolWithoutTiersWaitsForTheCompiler() {
    try (InstancePool pool =
            InstancePool.builder(Guests.digest()).moduleCache(ModuleCache.create()).build();
        GuestLease lease = pool.lease()) {
      assertThat(Guests.call(lease, "echo", "x")).isEqualTo("x");
      assertThat(held(lease).module().interpreted()).isFalse();
    }
  }

  @Test
  void whatTheCacheHasIsNotInterpreted() {
    FutureTask<Object> first =
        new FutureTask<>(
            () -> {
              try (InstancePool pool = pool().tieredStart(false).build()) {
                return pool.load().block();
              }
            });
    new Thread(first, "first").start();
    await().until(() -> !compiles.isEmpty());
    compile();
    try (InstancePool pool = pool().build();
        GuestLease lease = pool.lease()) {
      await().until(first::isDone);
      assertThat(count(lease, "a")).isEqualTo(1);
      assertThat(held(lease).module().interpreted()).isFalse();
    }
  }

  @Test
  void whatCannotBeCompiledStaysInterpreted() {
    int[] tooLargeForAMethod =
        IntStream.range(0, 120_000).map(i -> new int[] {0x41, 1, 0x1A}[i % 3]).toArray();
    byte[] large =
        StatefulGuest.builder().function("large", types(), types(), tooLargeForAMethod).build();
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("large.wasm", large))
                .moduleCache(cache)
                .tieredStart(true)
                .build();
        GuestLease lease = pool.lease()) {
      lease.guest(null).invoke(Invocation.of("store", ""));
      compile();
      lease.guest(null).invoke(Invocation.of("store", ""));
      assertThat(held(lease).module().interpreted()).isTrue();
    }
  }

  @Test
  void aGoGuestAnswersAlikeInBothTiers() {
    ModuleCache real = ModuleCache.create();
    try (InstancePool pool =
            InstancePool.builder(Guests.auth()).moduleCache(real).tieredStart(true).build();
        GuestLease lease = pool.lease()) {
      String first = Guests.call(lease, "sha256", "abc");
      assertThat(held(lease).module().interpreted()).isTrue();
      await()
          .atMost(60, TimeUnit.SECONDS)
          .until(
              () -> {
                assertThat(Guests.call(lease, "sha256", "abc")).isEqualTo(first);
                return !held(lease).module().interpreted();
              });
      assertThat(real.compiles()).isEqualTo(1);
    }
  }
}
