package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When instances are built, replaced and given up, and how many there may be. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InstanceLifeTest {

  private static final byte[] STATEFUL = StatefulGuest.builder().build();

  private static InstancePoolBuilder stateful() {
    return InstancePool.builder(ModuleSource.of("stateful.wasm", STATEFUL))
        .moduleCache(Guests.COMPILED);
  }

  private static void call(GuestLease lease, String function) {
    assertThat(lease.guest(null).invoke(Invocation.of(function, ""))).isEmpty();
  }

  @Test
  void anInstanceIsReplacedAfterItsInvocations() {
    try (InstancePool pool =
            stateful().spares(0).retirePolicy(RetirePolicy.NEVER.withInvocations(3)).build();
        GuestLease lease = pool.lease()) {
      for (int i = 0; i < 9; i++) {
        call(lease, "store");
      }
      assertThat(pool.metrics().instancesCreated()).isEqualTo(3);
      assertThat(pool.metrics().instancesRetired()).isEqualTo(2);
    }
  }

  @Test
  void anInstanceThatHasGrownIsReplacedBeforeItMeetsItsLimit() {
    try (InstancePool pool =
            stateful().maximumPages(16).retirePolicy(RetirePolicy.NEVER.withPages(12)).build();
        GuestLease lease = pool.lease()) {
      for (int i = 0; i < 100; i++) {
        call(lease, "grow");
        assertThat(((GuestInstance) lease.guest(null)).pages()).isBetween(4, 12);
      }
      assertThat(pool.metrics().instancesRetired()).isEqualTo(12);
    }
  }

  @Test
  void anInstanceIsReplacedAtItsAge() {
    try (InstancePool pool =
            stateful().retirePolicy(RetirePolicy.NEVER.withAge(Duration.ofMillis(20))).build();
        GuestLease lease = pool.lease()) {
      Guest first = lease.guest(null);
      await().until(() -> lease.guest(null) != first);
    }
  }

  @Test
  void aSpareIsBuiltWhenAnInstanceIsRetired() {
    try (InstancePool pool =
        stateful().retirePolicy(RetirePolicy.NEVER.withInvocations(1)).build()) {
      try (GuestLease lease = pool.lease()) {
        call(lease, "store");
      }
      await().until(() -> pool.metrics().instancesCreated() == 2);
      await().until(() -> pool.metrics().instances() == 1);
      try (GuestLease lease = pool.lease()) {
        assertThat(lease.guest(null)).isNotNull();
        assertThat(pool.metrics().instancesCreated()).as("it took the spare").isEqualTo(2);
      }
    }
  }

  @Test
  void warmUpBuildsAheadAndTheLeasesFindThem() {
    try (InstancePool pool = stateful().build()) {
      pool.warmUp(3).block();
      assertThat(pool.metrics().instancesCreated()).isEqualTo(3);
      try (GuestLease one = pool.lease();
          GuestLease two = pool.lease();
          GuestLease three = pool.lease()) {
        assertThat(one.guest("a")).isNotSameAs(two.guest("b"));
        assertThat(three.guest(null)).isNotNull();
      }
      assertThat(pool.metrics().instancesCreated()).isEqualTo(3);
    }
  }

  @Test
  void aStartThatGrowsATableIsRunByEachInstance() {
    byte[] growing =
        StatefulGuest.builder()
            // ref.null func, i32.const 1, table.grow 0, drop
            .function(
                "_initialize",
                WasmBuilder.types(),
                WasmBuilder.types(),
                0xD0,
                0x70,
                0x41,
                1,
                0xFC,
                15,
                0,
                0x1A)
            .build();
    try (InstancePool pool = InstancePool.builder(ModuleSource.of("m", growing)).build()) {
      pool.warmUp(1).block();
      assertThat(pool.snapshot().orElseThrow().taken()).isTrue();
      pool.warmUp(3).block();
      assertThat(pool.snapshot().orElseThrow().taken()).isFalse();
      assertThat(pool.snapshot().orElseThrow().refusal())
          .isEqualTo("a table grew while the guest started");
      try (GuestLease lease = pool.lease()) {
        assertThat(((GuestInstance) lease.guest("a")).difference()).isEmpty();
        call(lease, "store");
      }
    }
  }

  @Test
  void laterInstancesDoNotRunTheGuestsStartAgain() {
    // _initialize: i32.const 512, (i32.const 512, i32.load) + 1, i32.store
    byte[] counting =
        StatefulGuest.builder()
            .function(
                "_initialize",
                WasmBuilder.types(),
                WasmBuilder.types(),
                0x41,
                0x80,
                4,
                0x41,
                0x80,
                4,
                0x28,
                2,
                0,
                0x41,
                1,
                0x6A,
                0x36,
                2,
                0)
            .start(11) // _initialize itself
            .build();
    assertThat(counting).isNotEmpty();
    ModuleSource source = ModuleSource.of("counting.wasm", counting);
    try (InstancePool pool = InstancePool.builder(source).build();
        GuestLease one = pool.lease();
        GuestLease two = pool.lease()) {
      GuestInstance first = (GuestInstance) one.guest(null);
      assertThat(pool.snapshot()).hasValueSatisfying(report -> assertThat(report.taken()).isTrue());
      GuestInstance second = (GuestInstance) two.guest(null);
      assertThat(first.memory().getInt(512)).isEqualTo(2); // as start function, then by the host
      assertThat(second.memory().getInt(512)).isEqualTo(2);
      assertThat(second.difference()).isEmpty();
    }
  }

  @Test
  void withoutASnapshotEachInstanceRunsItsOwnStart() {
    try (InstancePool pool = stateful().snapshot(false).build();
        GuestLease lease = pool.lease()) {
      GuestInstance instance = (GuestInstance) lease.guest("a");
      assertThat(pool.snapshot())
          .hasValueSatisfying(report -> assertThat(report.refusal()).contains("switched off"));
      call(lease, "store");
      assertThat(instance.reset()).as("resets are another matter").isTrue();
      assertThat(instance.difference()).isEmpty();
    }
  }

  @Test
  void referencesOfTheHostRefuseASnapshotAndTheGuestStillRuns() {
    byte[] external =
        StatefulGuest.builder().section(4, 2, 0x70, 1, 2, 8, 0x6F, 0, 1).build(); // externref
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("external.wasm", external)).build();
        GuestLease lease = pool.lease()) {
      GuestInstance first = (GuestInstance) lease.guest("a");
      call(lease, "store");
      assertThat(pool.snapshot())
          .hasValueSatisfying(
              report -> {
                assertThat(report.taken()).isFalse();
                assertThat(report.refusal()).isEqualTo("table 1 holds references of the host");
              });
      assertThat(lease.guest("b")).as("it cannot be reset").isNotSameAs(first);
    }
  }

  @Test
  void moreInstancesThanAllowedAreRefused() {
    try (InstancePool pool = stateful().maximumInstances(1).build();
        GuestLease one = pool.lease()) {
      call(one, "store");
      try (GuestLease two = pool.lease()) {
        assertThatThrownBy(() -> two.guest(null))
            .isInstanceOf(WorkerException.PoolExhausted.class)
            .hasMessage(
                "all 1 instances of the pool are in use: raise maximumInstances, or use fewer"
                    + " workers");
      }
      call(one, "store");
      assertThat(pool.metrics().instances()).isEqualTo(1);
    }
  }

  @Test
  void theBudgetOfPagesIsForAllInstancesTogether() {
    try (InstancePool pool = stateful().memoryBudgetPages(10).spares(0).build();
        GuestLease one = pool.lease()) {
      for (int i = 0; i < 10; i++) {
        call(one, "grow"); // the guest ignores that memory.grow fails
      }
      assertThat(((GuestInstance) one.guest(null)).pages()).isEqualTo(10);
      assertThat(pool.metrics().memoryPages()).isEqualTo(10);
      try (GuestLease two = pool.lease()) {
        assertThatThrownBy(() -> two.guest(null))
            .isInstanceOf(WorkerException.PoolExhausted.class)
            .hasMessageContaining("all 10 pages of linear memory");
        assertThat(pool.metrics().instances()).isEqualTo(1);
        assertThat(one.guest("another tenant")).isNotNull();
        assertThat(pool.metrics().memoryPages()).as("growth is undone").isEqualTo(4);
        assertThat(two.guest(null)).isNotNull();
        assertThat(pool.metrics().memoryPages()).isEqualTo(8);
      }
    }
  }

  @Test
  void closingGivesAllBack() {
    InstancePool pool = stateful().build();
    GuestLease lease = pool.lease();
    call(lease, "grow");
    pool.warmUp(2).block();
    pool.close();
    lease.close();
    lease.close();
    assertThat(pool.metrics().instances()).isZero();
    assertThat(pool.metrics().memoryPages()).isZero();
  }

  /** CVE-2022-23636 of another runtime: a failed instantiation touched what others had. */
  @Test
  void aFailedStartLeavesThePoolAsItWas() {
    byte[] failing =
        StatefulGuest.builder()
            .function("_initialize", WasmBuilder.types(), WasmBuilder.types(), 0)
            .build();
    try (InstancePool pool = InstancePool.builder(ModuleSource.of("failing", failing)).build();
        GuestLease lease = pool.lease()) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> lease.guest(null))
            .isInstanceOf(WorkerException.ModuleRejected.class)
            .hasMessageContaining("failed to start");
      }
      assertThat(pool.metrics().instances()).isZero();
      assertThat(pool.metrics().memoryPages()).isZero();
      assertThat(pool.metrics().instancesCreated()).isZero();
    }
  }

  /** wasmtime #13070 and #13579: out of memory in the middle of an acquire corrupted the pool. */
  @Test
  void aPoolThatRanOutOfMemoryServesOnWhenThereIsSomeAgain() {
    try (InstancePool pool = stateful().memoryBudgetPages(4).build()) {
      GuestLease one = pool.lease();
      call(one, "store");
      try (GuestLease two = pool.lease()) {
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> two.guest("b"))
              .isInstanceOf(WorkerException.PoolExhausted.class);
        }
        one.close();
        assertThat(two.guest("b")).isNotNull();
        assertThat(pool.metrics().instances()).isEqualTo(1);
      }
    }
  }

  /** CVE-2022-39392 of another runtime: a memory of no pages was not bounded at all. */
  @Test
  void aMemoryWithoutPagesHasNone() {
    byte[] empty = new WasmBuilder().memory(0, 0).allocator(0).answering("nothing", 0).build();
    try (InstancePool pool = InstancePool.builder(ModuleSource.of("empty", empty)).build();
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> lease.guest(null)).isInstanceOf(WorkerException.class);
      assertThat(pool.metrics().memoryPages()).isZero();
    }
  }

  @Test
  void twoThreadsInOneInstanceAreRefusedAndTheFirstGoesOn() throws Exception {
    try (InstancePool pool =
            InstancePool.builder(Guests.digest()).moduleCache(Guests.COMPILED).build();
        GuestLease lease = pool.lease()) {
      Guest guest = lease.guest(null);
      FutureTask<byte[]> spinning = new FutureTask<>(() -> guest.invoke(Invocation.of("spin", "")));
      Thread first = new Thread(spinning, "first");
      first.setDaemon(true);
      first.start();
      await()
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> guest.invoke(Invocation.of("nope", "")))
                      .isInstanceOf(WorkerException.InstanceBusy.class));
      assertThatThrownBy(() -> guest.invoke(Invocation.of("echo", "")))
          .isInstanceOf(WorkerException.InstanceBusy.class)
          .hasMessageContaining("one lease for each thread");
      assertThat(spinning.isDone()).isFalse();
      first.interrupt();
      assertThatThrownBy(spinning::get).hasCauseInstanceOf(WorkerException.WorkerTerminated.class);
    }
  }
}
