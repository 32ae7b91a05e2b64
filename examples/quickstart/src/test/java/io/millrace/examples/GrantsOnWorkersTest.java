package io.millrace.examples;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.instance.CapabilityPolicy;
import io.millrace.instance.GuestOutput.Written;
import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.instance.WasmBuilder;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a pool of instances grants, used by several workers. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GrantsOnWorkersTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void aDeadlineStopsAHostFunctionThatBlocks() {
    byte[] wasm =
        new WasmBuilder()
            .memory(3, 3)
            .imported("env", "lookup", types(I32, I32), types(I64))
            .allocator(1024)
            .function("find", types(I32, I32), types(I64), 0x20, 0, 0x20, 1, 0x10, 0)
            .build();
    CountDownLatch never = new CountDownLatch(1);
    InstancePool guests =
        InstancePool.builder(ModuleSource.of("m", wasm))
            .hostFunction(
                "env",
                "lookup",
                "(i32, i32) -> i64",
                (call, args) -> {
                  if (args[1] > 1) {
                    never.await();
                  }
                  return args[0] << 32 | args[1];
                })
            .build();
    try (guests;
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      assertThat(reply(workers, Invocation.of("find", "a"))).isEqualTo("a");
      Mono<Reply> blocked =
          workers.invoke(Invocation.of("find", "ab").withDeadline(Duration.ofMillis(200)));
      assertThatThrownBy(() -> blocked.block(LONG))
          .isInstanceOfSatisfying(
              WorkerException.DeadlineExceeded.class, late -> assertThat(late.started()).isTrue());
      assertThat(reply(workers, Invocation.of("find", "b"))).isEqualTo("b");
    }
  }

  @Test
  void whatAGuestWritesIsToldOfItsOwnTenant() {
    byte[] wasm =
        new WasmBuilder()
            .memory(3, 3)
            .imported("wasi_snapshot_preview1", "fd_write", types(I32, I32, I32, I32), types(I32))
            .allocator(1024)
            .function("say", types(I32, I32), types(I64), writingThePayload())
            .build();
    Queue<Written> heard = new ConcurrentLinkedQueue<>();
    InstancePool guests =
        InstancePool.builder(ModuleSource.of("m", wasm))
            .capabilities(CapabilityPolicy.NONE.withOutput(100, heard::add))
            .build();
    int count = 2_000;
    try (guests;
        WorkerPool workers = WorkerPools.over(guests).workers(2).build()) {
      Flux<Invocation> all =
          Flux.range(0, count)
              .map(i -> Invocation.of("say", i + " of " + i % 7).withTenant("" + i % 7));
      List<Reply> replies = workers.invokeAll(all).collectList().block(LONG);
      assertThat(replies).hasSize(count);
    }
    Set<String> texts = new HashSet<>();
    for (Written each : heard) {
      assertThat(each.text()).endsWith(" of " + each.tenant());
      texts.add(each.text());
    }
    assertThat(heard).as("each once").hasSize(count);
    assertThat(texts).hasSize(count);
  }

  private static String reply(WorkerPool workers, Invocation invocation) {
    return Objects.requireNonNull(workers.invoke(invocation).block(LONG)).utf8();
  }

  /** Stores pointer and length at 16 and has fd_write(1, 16, 1, 24) write what is there. */
  private static int[] writingThePayload() {
    return new int[] {
      0x41, 16, 0x20, 0, 0x36, 2, 0, 0x41, 20, 0x20, 1, 0x36, 2, 0, 0x41, 1, 0x41, 16, 0x41, 1,
      0x41, 24, 0x10, 0, 0x1A, 0x42, 0
    };
  }
}
