package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The host's record of the arena's block goes back with the guest that gave it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ArenaAfterResetTest {

  /**
   * A guest whose allocator answers the same address for each block, and takes the pages that the
   * block needs: after a reset those are gone, and so is the room for a large payload.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anArenaThatWasReplacedAtTheSameAddressIsForgottenByAReset(boolean tracking) {
    byte[] wasm =
        new WasmBuilder()
            .memory(2, 64)
            // local.get 0, i32.const 65536, i32.div_u, memory.grow, drop, i32.const 1024
            .function(
                "alloc",
                types(I32),
                types(I32),
                0x20,
                0,
                0x41,
                0x80,
                0x80,
                4,
                0x6E,
                0x40,
                0,
                0x1A,
                0x41,
                0x80,
                8)
            .function("free", types(I32), types())
            .answering("nothing", 0)
            .build();
    byte[] large = new byte[250_000];
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("growing.wasm", wasm))
                .dirtyTracking(tracking)
                .verifyResetsEvery(1)
                .build();
        GuestLease lease = pool.lease()) {
      for (String tenant : new String[] {"a", "b", "a"}) {
        assertThat(lease.guest(tenant).invoke(Invocation.of("nothing", large))).isEmpty();
      }
      assertThat(pool.metrics().instancesCreated()).isEqualTo(1);
    }
  }
}
