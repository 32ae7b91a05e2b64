package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Instances that begin with the state that the first one had when it was ready. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StartFromSnapshotTest {

  /** Index of the function that a test adds behind those of {@link StatefulGuest}. */
  private static final int ADDED = 11;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStartFunctionThatTrapsWhenItRunsTwiceRunsOnce(boolean tracking) {
    // if the int at 512 is not 0, unreachable; i32.const 512, i32.const 1, i32.store
    int[] once = {
      0x41, 0x80, 4, 0x28, 2, 0, 0x04, 0x40, 0, 0x0B, 0x41, 0x80, 4, 0x41, 1, 0x36, 2, 0
    };
    byte[] wasm =
        StatefulGuest.builder().function("begin", types(), types(), once).start(ADDED).build();
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("once.wasm", wasm))
                .dirtyTracking(tracking)
                .verifyResetsEvery(1)
                .build();
        GuestLease one = pool.lease();
        GuestLease two = pool.lease()) {
      one.guest("a").invoke(Invocation.of("store", ""));
      GuestInstance second = (GuestInstance) two.guest("a");
      assertThat(second.difference()).isEmpty();
      assertThat(second.memory().getInt(512)).isEqualTo(1);
      second.invoke(Invocation.of("grow", ""));
      assertThat(two.guest("b")).isSameAs(second);
      assertThat(second.difference()).isEmpty();
      assertThat(pool.metrics().resetDifferences()).isZero();
    }
  }

  @Test
  void hostFunctionsThatAStartFunctionCallsAreCalledOnce() {
    AtomicInteger calls = new AtomicInteger();
    byte[] wasm =
        new WasmBuilder()
            .imported("env", "began", types(), types(I32))
            .allocator(1024)
            .answering("nothing", 0)
            .function("begin", types(), types(), 0x10, 0, 0x1A) // call 0, drop
            .start(4)
            .memory(4, 8)
            .build();
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("calling.wasm", wasm))
                .hostFunction("env", "began", "() -> i32", (call, args) -> calls.incrementAndGet())
                .build();
        GuestLease one = pool.lease();
        GuestLease two = pool.lease()) {
      one.guest(null).invoke(Invocation.of("nothing", ""));
      two.guest(null).invoke(Invocation.of("nothing", ""));
      assertThat(calls).hasValue(1);
    }
  }
}
