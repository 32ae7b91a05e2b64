package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever several workers do to a pool at its limits, its counts come out even. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PoolAccountsTest {

  private static final int WORKERS = 3;
  private static final int ROUNDS = 400;

  private static final byte[] WASM =
      StatefulGuest.builder()
          // i32.const 2, memory.grow, drop: the state to go back to is larger than the module says
          .function("_initialize", WasmBuilder.types(), WasmBuilder.types(), 0x41, 2, 0x40, 0, 0x1A)
          .function(
              "trap",
              WasmBuilder.types(WasmBuilder.I32, WasmBuilder.I32),
              WasmBuilder.types(WasmBuilder.I64),
              0)
          .build();

  @ParameterizedTest
  @EnumSource(ResetPolicy.class)
  void noPlaceAndNoPageIsLost(ResetPolicy policy) throws Exception {
    long seed = System.nanoTime();
    InstancePool pool =
        InstancePool.builder(ModuleSource.of("accounts.wasm", WASM))
            .moduleCache(Guests.COMPILED)
            .resetPolicy(policy)
            .retirePolicy(RetirePolicy.NEVER.withInvocations(10))
            .maximumInstances(WORKERS)
            .memoryBudgetPages(WORKERS * 64)
            .maximumPages(64)
            .verifyResetsEvery(1)
            .build();
    try (pool) {
      List<FutureTask<Integer>> runs = new ArrayList<>();
      for (int worker = 0; worker < WORKERS; worker++) {
        Random random = new Random(seed + worker);
        FutureTask<Integer> run = new FutureTask<>(() -> run(pool, random));
        runs.add(run);
        Thread thread = new Thread(run, "worker");
        thread.setDaemon(true);
        thread.start();
      }
      for (FutureTask<Integer> run : runs) {
        assertThat(run.get()).as("seed %d", seed).isEqualTo(ROUNDS);
      }
      assertThat(pool.metrics().resetDifferences()).as("seed %d", seed).isZero();
    }
    await()
        .untilAsserted(
            () -> {
              assertThat(pool.metrics().instances()).as("seed %d", seed).isZero();
              assertThat(pool.metrics().memoryPages()).as("seed %d", seed).isZero();
            });
  }

  private static int run(InstancePool pool, Random random) {
    List<String> functions = new ArrayList<>(StatefulGuest.CHANGES);
    functions.add("growTable");
    functions.add("trap");
    GuestLease lease = pool.lease();
    int answered = 0;
    for (int i = 0; i < ROUNDS; i++) {
      String function = functions.get(random.nextInt(functions.size()));
      try {
        answered += lease.guest("t" + random.nextInt(3)).invoke(Invocation.of(function, "")).length;
        answered++;
      } catch (WorkerException.GuestTrap trap) {
        answered += function.equals("trap") ? 1 : 0;
      }
      if (random.nextInt(20) == 0) {
        lease.close();
        lease = pool.lease();
      }
    }
    lease.close();
    return answered;
  }
}
