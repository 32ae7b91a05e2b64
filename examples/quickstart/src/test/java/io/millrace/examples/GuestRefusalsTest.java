package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.instance.CapabilityPolicy;
import io.millrace.instance.GuestClock;
import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.instance.ModuleSource;
import io.millrace.instance.NeverCompiling;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

/**
 * What guests say where WASI refuses. Ours never does, so one function is taken out of its hands.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GuestRefusalsTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String WASI = "wasi_snapshot_preview1";

  /** Of the same length: nothing else in a module moves. */
  private static final String STERN = "test_snapshot_preview1";

  private static final int NOT_CAPABLE = 76;

  private static final Map<String, String> TYPES =
      Map.of(
          "fd_write", "(i32, i32, i32, i32) -> i32",
          "clock_time_get", "(i32, i64, i32) -> i32",
          "environ_get", "(i32, i32) -> i32",
          "environ_sizes_get", "(i32, i32) -> i32");

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void outputThatIsRefusedIsDenied(KitGuest guest) {
    denied(guest, "fd_write");
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void aClockThatIsRefusedIsDenied(KitGuest guest) {
    if (guest.name().equals("go")) {
      ended(guest, "clock_time_get");
    } else {
      denied(guest, "clock_time_get");
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void anEnvironmentThatIsRefusedIsDenied(KitGuest guest) {
    for (String function : new String[] {"environ_get", "environ_sizes_get"}) {
      if (guest.name().equals("go") || guest.name().equals("rust")) {
        ended(guest, function);
      } else {
        denied(guest, function);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void theFirstNanosecondOfAllIsATimeToo(KitGuest guest) {
    CapabilityPolicy granted =
        CapabilityPolicy.NONE
            .withClock(new GuestClock.Fixed(Instant.EPOCH))
            .withEnvironment("NAME", "value");
    InstancePoolBuilder pool = pool(guest, guest.source()).capabilities(granted);
    assertThat(reply(pool, "wasi", "NAME").utf8()).isEqualTo("0 value");
  }

  private static void denied(KitGuest guest, String function) {
    assertThat(failure(guest, function))
        .as("%s without %s", guest, function)
        .isInstanceOfSatisfying(
            WorkerException.GuestFailed.class,
            failure -> assertThat(failure.error()).isEqualTo("denied"));
  }

  /** Its language cannot go on: the contract says so. */
  private static void ended(KitGuest guest, String function) {
    assertThat(failure(guest, function))
        .as("%s without %s", guest, function)
        .isInstanceOf(WorkerException.class)
        .isNotInstanceOf(WorkerException.GuestFailed.class);
  }

  private static Throwable failure(KitGuest guest, String function) {
    byte[] wasm = renamed(guest.bytes(), function);
    InstancePoolBuilder pool =
        pool(guest, ModuleSource.of(guest.name() + ".wasm", wasm))
            .capabilities(CapabilityPolicy.NONE.withEnvironment("NAME", "value"))
            .hostFunction(
                STERN,
                function,
                Objects.requireNonNull(TYPES.get(function)),
                (call, arguments) -> NOT_CAPABLE);
    return ((Reply.Failed) reply(pool, "wasi", "NAME")).failure();
  }

  private static InstancePoolBuilder pool(KitGuest guest, ModuleSource source) {
    return InstancePool.builder(source)
        .abi(guest.abi())
        .sharedMemory(guest.shared())
        .moduleCache(NeverCompiling.cache()) // each module makes one call
        .tieredStart(true);
  }

  private static Reply reply(InstancePoolBuilder pool, String function, String payload) {
    try (InstancePool guests = pool.build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      return Objects.requireNonNull(
          workers.invokeAll(Flux.just(Invocation.of(function, payload))).blockFirst(LONG));
    }
  }

  /** The module with its imports of a function of WASI changed to ones of ours. */
  private static byte[] renamed(byte[] wasm, String function) {
    String text = new String(wasm, StandardCharsets.ISO_8859_1);
    String rest = (char) function.length() + function;
    String renamed = text.replace(WASI + rest, STERN + rest);
    assertThat(renamed).as("a module that imports %s", function).isNotEqualTo(text);
    return renamed.getBytes(StandardCharsets.ISO_8859_1);
  }
}
