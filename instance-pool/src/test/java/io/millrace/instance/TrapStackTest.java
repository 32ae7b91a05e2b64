package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrapStackTest {

  /** outer calls the exported middle, which calls a function without a name, which traps. */
  private static final byte[] WASM =
      new WasmBuilder()
          .memory(2, 2)
          .allocator(1024)
          .function("outer", types(I32, I32), types(I64), 0x20, 0, 0x20, 1, 0x10, 3)
          .function("mid\nle", types(I32, I32), types(I64), 0x20, 0, 0x20, 1, 0x10, 4)
          .function("trap", types(I32, I32), types(I64), 0x00)
          .build();

  private static void assertStack(InstancePool pool, List<String> stack) {
    try (pool;
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "outer", ""))
          .isInstanceOfSatisfying(
              WorkerException.GuestTrap.class,
              trap -> assertThat(trap.wasmStack()).isEqualTo(stack));
    }
  }

  @Test
  void aTrapTellsTheGuestsFunctionsThatWereRunning() {
    assertStack(Guests.pool(WASM), List.of("trap", "mid\\nle", "outer"));
  }

  @Test
  void anInterpretedGuestsFunctionsAreNotKnown() {
    assertStack(
        InstancePool.builder(ModuleSource.of("test.wasm", WASM))
            .moduleCache(NeverCompiling.cache())
            .tieredStart(true)
            .build(),
        List.of());
  }
}
