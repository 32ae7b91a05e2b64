package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Damaged modules through the whole way of a module, from the scan to an instance that has started.
 * {@code -Dmillrace.mutations=100000} for a long run, {@code -Dmillrace.seed=..} to repeat one.
 */
class MutatedModulesTest {

  private static final int MUTATIONS = Integer.getInteger("millrace.mutations", 2_000);
  private static final long SEED = Long.getLong("millrace.seed", System.nanoTime());

  /** Keeps nothing: what was compiled must go with the pool that wanted it. */
  private static final ModuleCache KEEPS_NOTHING = ModuleCache.create(1);

  @Test
  void aMutantIsRefusedOrRunsAndNothingElseHappens() throws Exception {
    List<byte[]> originals = originals();
    Map<String, Integer> outcomes = new TreeMap<>();
    List<WeakReference<Guest>> built = new ArrayList<>();
    for (int round = 0; round < MUTATIONS; round++) {
      // Each round has its own seed, so that one can be repeated alone.
      Random random = new Random(SEED + round);
      byte[] mutant =
          new ModuleMutator(random).mutate(originals.get(random.nextInt(originals.size())));
      String outcome;
      try {
        outcome = outcome(mutant, built);
      } catch (Throwable unexpected) {
        throw new AssertionError(
            "-Dmillrace.seed=" + (SEED + round) + " -Dmillrace.mutations=1", unexpected);
      }
      outcomes.merge(outcome, 1, Integer::sum);
    }
    System.out.println("mutants, from seed " + SEED + ": " + outcomes);
    if (MUTATIONS >= 1_000) {
      assertThat(outcomes).containsKeys("refused by the scan", "refused by the engine", "runs");
    }
    assertThat(leftAfterCollection(built)).as("guests that are still held").isZero();
  }

  private static String outcome(byte[] mutant, List<WeakReference<Guest>> built) {
    try (InstancePool pool =
        InstancePool.builder(ModuleSource.of("mutant", mutant))
            .moduleCache(KEEPS_NOTHING)
            .maximumPages(64)
            .startTimeout(Duration.ofMillis(100))
            .build()) {
      try {
        pool.load().block();
      } catch (WorkerException.ModuleRejected refused) {
        assertThat(refused.getMessage())
            .startsWith("mutant ")
            .doesNotContain("\n")
            .hasSizeLessThan(600);
        return refused.getCause() == null ? "refused by the scan" : "refused by the engine";
      } catch (WorkerException.CapabilityDenied denied) {
        return "wants other imports";
      }
      try (GuestLease lease = pool.lease()) {
        built.add(new WeakReference<>(lease.guest(null)));
        return "runs";
      } catch (WorkerException doesNotStart) {
        return "does not start";
      }
    }
  }

  private static long leftAfterCollection(List<WeakReference<Guest>> guests) throws Exception {
    long left = guests.size();
    for (int tries = 0; tries < 100 && left > 0; tries++) {
      System.gc();
      Thread.sleep(20);
      left = guests.stream().filter(each -> each.get() != null).count();
    }
    return left;
  }

  private static List<byte[]> originals() {
    byte[] plain =
        new WasmBuilder()
            .imported("wasi_snapshot_preview1", "sched_yield", types(), types(I32))
            .allocator(1024)
            .answering("f", 0)
            .data(8, "some bytes of data")
            .build();
    byte[] branching =
        new WasmBuilder()
            .memory(3, 3)
            .allocator(1024)
            .function("_initialize", types(), types(), 0x41, 3, 0x21, 0, 0x01)
            .function(
                "f",
                types(I32, I32),
                types(I64),
                // Counts down in a loop, chooses among blocks, and calls free.
                0x02,
                0x40,
                0x03,
                0x40,
                0x20,
                1,
                0x45,
                0x0D,
                1,
                0x20,
                1,
                0x41,
                1,
                0x6B,
                0x21,
                1,
                0x0C,
                0,
                0x0B,
                0x0B,
                0x02,
                0x40,
                0x02,
                0x40,
                0x20,
                0,
                0x0E,
                1,
                0,
                1,
                0x0B,
                0x20,
                0,
                0x10,
                1,
                0x0B,
                0x20,
                0,
                0x04,
                0x7E,
                0x42,
                1,
                0x05,
                0x42,
                2,
                0x0B)
            .build();
    byte[] everySection =
        new RawModule()
            .section(1, RawModule.bytes(2, 0x60, 0, 0, 0x60, 1, I32, 1, I32))
            .section(2, RawModule.bytes(0))
            .section(3, RawModule.bytes(2, 0, 1))
            .section(4, RawModule.bytes(1, 0x70, 1, 2, 8))
            .section(5, RawModule.bytes(1, 1, 1, 2))
            .section(6, RawModule.bytes(1, I32, 1, 0x41, 5, 0x0B))
            .section(7, RawModule.bytes(1, 1, 'm', 2, 0))
            .section(8, RawModule.bytes(0))
            .section(9, RawModule.bytes(1, 0, 0x41, 0, 0x0B, 1, 0))
            .section(12, RawModule.bytes(2))
            .section(
                10,
                RawModule.bytes(2),
                RawModule.body(RawModule.bytes(1, 2, I64), RawModule.bytes(0x23, 0, 0x24, 0)),
                RawModule.body(RawModule.bytes(0), RawModule.bytes(0x20, 0, 0x41, 0, 0x11, 1, 0)))
            .section(11, RawModule.bytes(2, 0, 0x41, 3, 0x0B, 2, 'h', 'i', 1, 1, 'x'))
            .section(0, RawModule.bytes(4, 'n', 'a', 'm', 'e', 1, 5, 1, 0, 2, 'a', 'b'))
            .build();
    byte[] digest = Guests.digest().read();
    return List.of(plain, branching, everySection, everySection, digest, digest);
  }
}
