package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A reply that the host does not want is the guest's to free all the same. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ReplyOverTheLimitTest {

  private static final int FREED_COUNT = 512;

  /** Adds one to the int at {@value #FREED_COUNT}. */
  private static final int[] COUNT = {
    0x41, 0x80, 4, 0x41, 0x80, 4, 0x28, 2, 0, 0x41, 1, 0x6A, 0x36, 2, 0
  };

  @Test
  void theBlockOfAReplyThatIsTooLargeGoesBackToTheGuest() {
    byte[] wasm =
        new WasmBuilder()
            .function("alloc", types(I32), types(I32), WasmBuilder.i32(1024))
            .function("free", types(I32), types(), COUNT)
            .answering("large", 2048L << 32 | 100)
            .answering("small", 2048L << 32 | 10)
            .build();
    AbiDescriptor abi =
        new AbiDescriptor(
            "alloc",
            "free",
            AbiDescriptor.Input.ARENA,
            new AbiDescriptor.Result.Packed(),
            true,
            null);
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("replies.wasm", wasm))
                .abi(abi)
                .payloadLimitBytes(10)
                .build();
        GuestLease lease = pool.lease()) {
      GuestInstance instance = (GuestInstance) lease.guest(null);
      assertThat(instance.invoke(Invocation.of("small", ""))).hasSize(10);
      assertThat(instance.memory().getInt(FREED_COUNT)).isEqualTo(1);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> instance.invoke(Invocation.of("large", "")))
            .isInstanceOf(WorkerException.PayloadTooLarge.class);
      }
      assertThat(instance.memory().getInt(FREED_COUNT)).isEqualTo(4);
      assertThat(lease.guest(null)).as("it did nothing wrong").isSameAs(instance);
    }
  }
}
