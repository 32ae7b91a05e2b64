package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ModuleLoadingTest {

  @Test
  void nothingIsReadBeforeTheFirstGuest(@TempDir Path folder) {
    InstancePool pool =
        InstancePool.builder(ModuleSource.of(folder.resolve("missing.wasm"))).build();
    GuestLease lease = pool.lease();
    assertThatThrownBy(() -> lease.guest(null))
        .isInstanceOf(WorkerException.ModuleRejected.class)
        .hasMessageContaining("missing.wasm: no such file; check its path");
  }

  @Test
  void manyFirstCallersCauseOneCompile() throws Exception {
    InstancePool pool = InstancePool.builder(Guests.digest()).build();
    int callers = 64;
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    CountDownLatch together = new CountDownLatch(callers);
    List<Future<String>> answers = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      answers.add(
          threads.submit(
              () -> {
                together.countDown();
                together.await();
                try (GuestLease lease = pool.lease()) {
                  return Guests.call(lease, "sum", "a");
                }
              }));
    }
    for (Future<String> answer : answers) {
      assertThat(answer.get()).isEqualTo("97");
    }
    threads.shutdown();
    assertThat(pool.metrics().compiles()).isEqualTo(1);
    assertThat(pool.metrics().cacheHits()).isEqualTo(pool.metrics().instancesCreated() - 1);
  }

  @Test
  void poolsThatShareACacheShareTheModule() {
    ModuleCache cache = ModuleCache.create();
    for (int i = 0; i < 3; i++) {
      InstancePool pool = InstancePool.builder(Guests.digest()).moduleCache(cache).build();
      assertThat(pool.load().block()).isNotNull();
    }
    assertThat(cache.compiles()).isEqualTo(1);
    assertThat(cache.hits()).isEqualTo(2);
  }

  @Test
  void aModuleThatTheCacheCannotHoldIsStillCompiledOnce() {
    ModuleCache tiny = ModuleCache.create(1);
    InstancePool pool = InstancePool.builder(Guests.digest()).moduleCache(tiny).build();
    try (GuestLease first = pool.lease();
        GuestLease second = pool.lease();
        GuestLease third = pool.lease()) {
      assertThat(first.guest(null)).isNotSameAs(second.guest(null));
      assertThat(third.guest(null)).isNotNull();
    }
  }

  @Test
  void aStreamIsOpenedWhenItIsNeededAndClosed() {
    byte[] wasm = new WasmBuilder().allocator(8).build();
    AtomicInteger opened = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    ModuleSource stream =
        ModuleSource.stream(
            "stream",
            () -> {
              opened.incrementAndGet();
              return new ByteArrayInputStream(wasm) {
                @Override
                public void close() {
                  closed.incrementAndGet();
                }
              };
            });
    InstancePool pool = InstancePool.builder(stream).build();
    assertThat(opened).hasValue(0);
    assertThat(pool.load().block()).isNotNull();
    assertThat(opened).hasValue(1);
    assertThat(closed).hasValue(1);
    ModuleSource failing =
        ModuleSource.stream(
            "failing",
            () -> {
              throw new IOException("unplugged");
            });
    assertThatThrownBy(() -> InstancePool.builder(failing).build().load().block())
        .isInstanceOf(WorkerException.ModuleRejected.class)
        .hasMessage("failing: cannot be read: unplugged; see that this process may read it");
  }

  @Test
  void whatIsNoWasmIsRefusedInOneLine(@TempDir Path folder) throws Exception {
    byte[] good = new WasmBuilder().allocator(8).build();
    assertRejected(folder, "is empty", new byte[0]);
    assertRejected(folder, "is not wasm", "#!/bin/sh".getBytes(StandardCharsets.UTF_8));
    assertRejected(folder, "is not wasm", "x".getBytes(StandardCharsets.UTF_8));
    assertRejected(folder, "is truncated", Arrays.copyOf(good, 5));
    assertRejected(folder, "malformed or truncated", Arrays.copyOf(good, good.length - 3));
    byte[] otherVersion = good.clone();
    otherVersion[4] = 2;
    assertRejected(folder, "has wasm version 2", otherVersion);
    byte[] component = good.clone();
    component[4] = 0x0d;
    component[6] = 1;
    assertRejected(folder, "component", component);
    assertLoading(ModuleSource.of(folder)).hasMessageContaining("it is a directory");
  }

  @Test
  void importsThatAreNotGrantedAreListed() {
    byte[] wasm =
        new WasmBuilder()
            .imported("env", "fetch", types(I32), types(I64))
            .imported("wasi_snapshot_preview1", "fd_write", types(I32), types(I32))
            .imported("wasi_snapshot_preview1", "sched_yield", types(), types(I32))
            .allocator(1024)
            .build();
    assertLoading(ModuleSource.of("greedy", wasm))
        .isInstanceOf(WorkerException.CapabilityDenied.class)
        .hasMessageContaining(
            "env.fetch (i32) -> i64: hostFunction(\"env\", \"fetch\", ..); "
                + "wasi_snapshot_preview1.fd_write (i32) -> i32: its type in WASI is "
                + "(i32, i32, i32, i32) -> i32")
        .hasMessageNotContaining("sched_yield");
  }

  @Test
  void aGuestThatFailsToStartIsRejected() {
    byte[] trapping =
        new WasmBuilder().allocator(1024).function("boom", types(), types(), 0x00).start(2).build();
    try (GuestLease lease = Guests.pool(trapping).lease()) {
      assertThatThrownBy(() -> lease.guest(null))
          .isInstanceOf(WorkerException.ModuleRejected.class)
          .hasMessageContaining("failed to start");
    }
    byte[] reactor =
        new WasmBuilder().allocator(1024).function("_initialize", types(), types(), 0x00).build();
    try (GuestLease lease = Guests.pool(reactor).lease()) {
      assertThatThrownBy(() -> lease.guest(null))
          .isInstanceOf(WorkerException.ModuleRejected.class)
          .hasMessageContaining("failed to start");
    }
  }

  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aGuestThatNeverFinishesItsStartIsStopped() {
    int[] loop = {0x03, 0x40, 0x0C, 0, 0x0B};
    byte[] started =
        new WasmBuilder().allocator(1024).function("spin", types(), types(), loop).start(2).build();
    byte[] reactor =
        new WasmBuilder().allocator(1024).function("_initialize", types(), types(), loop).build();
    for (byte[] wasm : List.of(started, reactor)) {
      InstancePool pool =
          InstancePool.builder(ModuleSource.of("m", wasm))
              .startTimeout(Duration.ofMillis(50))
              .build();
      try (GuestLease lease = pool.lease()) {
        assertThatThrownBy(() -> lease.guest(null))
            .isInstanceOf(WorkerException.ModuleRejected.class)
            .hasMessageContaining("m did not start within 50 ms");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
      }
    }
  }

  @Test
  void aStartTimeoutLeavesTheInvocationsAlone() throws Exception {
    InstancePool pool =
        InstancePool.builder(Guests.digest()).startTimeout(Duration.ofMillis(200)).build();
    assertThat(pool.load().block()).isNotNull();
    try (GuestLease lease = pool.lease()) {
      assertThat(Guests.call(lease, "echo", "a")).isEqualTo("a");
      Thread.sleep(400);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      assertThat(Guests.call(lease, "echo", "b")).isEqualTo("b");
    }
    assertThatThrownBy(() -> InstancePool.builder(Guests.digest()).startTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aGuestThatStartsLargerThanTheLimitIsRejected() {
    byte[] wasm = new WasmBuilder().memory(9, 16).allocator(1024).build();
    InstancePool pool = InstancePool.builder(ModuleSource.of("big", wasm)).maximumPages(8).build();
    try (GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> lease.guest(null))
          .isInstanceOf(WorkerException.ModuleRejected.class)
          .hasMessageContaining("wants 9 pages of memory at the start, the limit is 8");
    }
  }

  @Test
  void aClosedPoolLeasesNothing() {
    InstancePool pool = InstancePool.builder(Guests.digest()).build();
    pool.close();
    pool.close();
    assertThatThrownBy(pool::lease).isInstanceOf(WorkerException.PoolClosed.class);
  }

  @Test
  void theReportTellsWhatFitsAndWhyTheRestDoesNot() {
    byte[] wasm =
        new WasmBuilder()
            .imported("env", "fetch", types(I32), types(I64))
            .memory(2, 5)
            .allocator(1024)
            .answering("good", 0)
            .function("odd", types(I64), types(), 0x01)
            .build();
    ModuleReport report = ModuleInspector.inspect(ModuleSource.of("m", wasm));
    assertThat(report.sizeBytes()).isEqualTo(wasm.length);
    assertThat(report.sha256()).isEqualTo(ModuleKey.sha256(wasm));
    assertThat(report.memories()).containsExactly(new ModuleReport.Memory(2, 5, false, false));
    assertThat(report.imports())
        .containsExactly(
            new ModuleReport.Import("env", "fetch", "function", "(i32) -> i64", false));
    assertThat(report.functions())
        .extracting(ModuleReport.FunctionFit::name, ModuleReport.FunctionFit::fits)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("alloc", false),
            org.assertj.core.groups.Tuple.tuple("free", false),
            org.assertj.core.groups.Tuple.tuple("good", true),
            org.assertj.core.groups.Tuple.tuple("odd", false));
    report.requireFunction("good");
    assertThatThrownBy(() -> report.requireFunction("odd"))
        .hasMessageContaining("its type is (i64) -> (), the ABI wants (i32, i32) -> i64");
  }

  @Test
  void aModuleWithoutAllocatorHasNothingToInvoke() {
    ModuleReport report =
        ModuleInspector.inspect(ModuleSource.of("m", new WasmBuilder().answering("f", 0).build()));
    assertThatThrownBy(() -> report.requireFunction("f"))
        .hasMessageContaining(
            "must export alloc (i32) -> i32, it exports no function of that name");
    assertThatThrownBy(() -> report.requireFunction("g"))
        .hasMessageContaining("none of its exports can be invoked");
  }

  @Test
  void theGoGuestIsMeasuredForHotSpot() {
    assertThat(ModuleInspector.largeFunctions(Guests.auth()))
        .allMatch(large -> large.bytecodeBytes() > ModuleInspector.HUGE_METHOD_BYTES)
        .isSortedAccordingTo((a, b) -> b.bytecodeBytes() - a.bytecodeBytes());
  }

  private static void assertRejected(Path folder, String why, byte[] content) throws Exception {
    Path file = Files.write(folder.resolve("m.wasm"), content);
    assertLoading(ModuleSource.of(file))
        .isInstanceOf(WorkerException.ModuleRejected.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("\n");
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertLoading(
      ModuleSource source) {
    return assertThatThrownBy(() -> InstancePool.builder(source).build().load().block());
  }
}
