package io.millrace.instance;

import static io.millrace.instance.WasiGuest.OUT;
import static io.millrace.instance.WasiGuest.OUT2;
import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.instance.GuestOutput.Stream;
import io.millrace.instance.GuestOutput.Written;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What guests write to standard output and error. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CapturedOutputTest {

  private final List<Written> written = new ArrayList<>();

  private InstancePoolBuilder pool(int limitBytes) {
    return WasiGuest.pool(CapabilityPolicy.NONE.withOutput(limitBytes, written::add));
  }

  private static WasiGuest guest(GuestLease lease, String tenant) {
    return new WasiGuest((GuestInstance) lease.guest(tenant), tenant);
  }

  @Test
  void eachInvocationHasItsOwnOutput() {
    try (InstancePool pool = pool(100).build();
        GuestLease lease = pool.lease()) {
      assertThat(guest(lease, "a").write(1, "for a")).isZero();
      assertThat(guest(lease, "b").call("sched_yield")).isZero();
      assertThat(guest(lease, "b").write(2, "for b")).isZero();
      assertThat(pool.metrics().instancesCreated()).isEqualTo(1);
      assertThat(written)
          .containsExactly(
              new Written("fd_write", "a", Stream.STDOUT, "for a", 0),
              new Written("fd_write", "b", Stream.STDERR, "for b", 0));
    }
  }

  @ParameterizedTest
  @EnumSource(ResetPolicy.class)
  void noPolicyCarriesOutputOver(ResetPolicy policy) {
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("m", saying(0x42, 0)))
                .resetPolicy(policy)
                .capabilities(CapabilityPolicy.NONE.withOutput(100, written::add))
                .build();
        GuestLease lease = pool.lease()) {
      for (String tenant : List.of("a", "a", "b")) {
        lease.guest(tenant).invoke(Invocation.of("f", "").withTenant(tenant));
      }
    }
    assertThat(written)
        .extracting(Written::tenant, Written::text)
        .containsExactly(tuple("a", "so long."), tuple("a", "so long."), tuple("b", "so long."));
  }

  @Test
  void textIsEscapedForLogs() {
    String hostile = "ok\n2030-01-01 ERROR forged\r\t\u001b[31m\\ \u202egnp.exe\u2028\u0000é€😀";
    try (InstancePool pool = pool(1000).build();
        GuestLease lease = pool.lease()) {
      assertThat(guest(lease, "a").write(1, hostile)).isZero();
    }
    assertThat(written.get(0).text())
        .isEqualTo(
            "ok\\n2030-01-01 ERROR forged\\r\\t\\u001b[31m\\\\ \\u202egnp.exe\\u2028\\u0000é€😀");
  }

  @Test
  void bytesOverTheLimitAreCountedAndDropped() {
    try (InstancePool pool = pool(10).build();
        GuestLease lease = pool.lease()) {
      WasiGuest guest = guest(lease, "a");
      assertThat(guest.write(1, "0123456789abcde")).as("it is told of success").isZero();
      assertThat(guest.memory().getInt(OUT)).isEqualTo(15);
      int[] all = new int[2 * 1024];
      for (int i = 0; i < all.length; i += 2) {
        all[i + 1] = 4 << 16;
      }
      guest.buffers(OUT2, all);
      assertThat(guest.call("fd_write", 2, OUT2, 1024, OUT)).as("256 MiB").isZero();
    }
    assertThat(written)
        .extracting(Written::stream, Written::droppedBytes, each -> each.text().length())
        .containsExactly(
            tuple(Stream.STDOUT, 5L, 10),
            tuple(Stream.STDERR, (256L << 20) - 10, "\\u0000".length() * 10));
  }

  @Test
  void aBufferOutsideMemoryIsRefusedAndWritesNothing() {
    try (InstancePool pool = pool(100).build();
        GuestLease lease = pool.lease()) {
      WasiGuest guest = guest(lease, "a");
      guest.buffers(OUT2, OUT, 3, 4 << 16, 1);
      assertThat(guest.call("fd_write", 1, OUT2, 2, OUT)).isEqualTo(21);
      guest.buffers(OUT2, OUT, Integer.MAX_VALUE, OUT, Integer.MAX_VALUE);
      assertThat(guest.call("fd_write", 1, OUT2, 2, OUT)).isEqualTo(28);
      assertThat(guest.call("fd_write", 1, OUT2, 1025, OUT)).isEqualTo(28);
      guest.buffers(OUT2, OUT, 3);
      assertThat(guest.call("fd_write", 1, OUT2, 1, -1)).as("nowhere to count").isEqualTo(21);
    }
    assertThat(written).isEmpty();
  }

  @Test
  void aListenerThatThrowsHarmsNothing() {
    GuestOutput failing =
        output -> {
          written.add(output);
          throw new StackOverflowError("the listener's own");
        };
    try (InstancePool pool = WasiGuest.pool(CapabilityPolicy.NONE.withOutput(9, failing)).build();
        GuestLease lease = pool.lease()) {
      assertThat(guest(lease, "a").write(1, "1")).isZero();
      assertThat(guest(lease, "a").write(1, "2")).isZero();
      assertThat(pool.metrics().instancesRetired()).isZero();
    }
    assertThat(written).extracting(Written::text).containsExactly("1", "2");
  }

  @Test
  void theInterruptOfAStoppedGuestIsNotItsListeners() {
    List<Boolean> seen = new ArrayList<>();
    GuestOutput listener = output -> seen.add(Thread.currentThread().isInterrupted());
    WasiContext context = new WasiContext(CapabilityPolicy.NONE.withOutput(9, listener), 1 << 20);
    context.output(1).write(new PrivateLinearMemory(new PageLimits(1, 1)), 0, 3);
    Thread.currentThread().interrupt();
    context.end();
    assertThat(Thread.interrupted()).as("for the worker").isTrue();
    assertThat(seen).containsExactly(false);
  }

  @Test
  void aFailedInvocationsOutputIsHandedOverToo() {
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("m", saying(0x00)))
                .capabilities(CapabilityPolicy.NONE.withOutput(100, written::add))
                .build();
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "f", ""))
          .isInstanceOf(WorkerException.GuestTrap.class);
    }
    assertThat(written).containsExactly(new Written("f", null, Stream.STDERR, "so long.", 0));
  }

  /** Writes what lies at 2048, by the buffer at 2056, to descriptor 2; then goes on with code. */
  private static byte[] saying(int... code) {
    int[] write = {0x41, 2, 0x41, 0x88, 0x10, 0x41, 1, 0x41, 0x80, 0x18, 0x10, 0, 0x1A};
    return new WasmBuilder()
        .memory(3, 3)
        .imported(WasiFunctions.MODULE, "fd_write", types(I32, I32, I32, I32), types(I32))
        .allocator(4096)
        .data(2048, "so long.\u0000\u0008\u0000\u0000\u0008\u0000\u0000\u0000")
        .function(
            "f",
            types(I32, I32),
            types(WasmBuilder.I64),
            IntStream.concat(IntStream.of(write), IntStream.of(code)).toArray())
        .build();
  }

  @Test
  void whatAGoGuestSaysAtItsEndIsHeard() {
    try (InstancePool pool =
            InstancePool.builder(Guests.auth())
                .moduleCache(Guests.COMPILED)
                .maximumPages(160)
                .capabilities(CapabilityPolicy.NONE.withOutput(4096, written::add))
                .build();
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "echo", new byte[16 << 20]))
          .isInstanceOf(WorkerException.class);
    }
    assertThat(written)
        .singleElement()
        .satisfies(
            output -> {
              assertThat(output.stream()).isEqualTo(Stream.STDERR);
              assertThat(output.function()).isEqualTo("echo");
              assertThat(output.text()).contains("out of memory").doesNotContain("\n");
            });
  }
}
