package io.millrace.instance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one invocation leaves for the next, policy by policy. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ResetTest {

  private static final byte[] STATEFUL = StatefulGuest.builder().build();

  /** Adds one to the int at 600 and answers it. */
  private static final int[] COUNT =
      IntStream.concat(
              // i32.const 600, (i32.const 600, i32.load) + (i32.const 1), i32.store
              IntStream.of(0x41, 0xD8, 4, 0x41, 0xD8, 4, 0x28, 2, 0, 0x41, 1, 0x6A, 0x36, 2, 0),
              IntStream.of(WasmBuilder.i64(600L << 32 | 4)))
          .toArray();

  private static InstancePoolBuilder stateful() {
    return InstancePool.builder(ModuleSource.of("stateful.wasm", STATEFUL))
        .moduleCache(Guests.COMPILED)
        .maximumPages(32)
        .verifyResetsEvery(1);
  }

  private static void call(GuestLease lease, @Nullable String tenant, String function) {
    assertThat(lease.guest(tenant).invoke(Invocation.of(function, ""))).isEmpty();
  }

  private static GuestInstance instance(GuestLease lease, @Nullable String tenant) {
    return (GuestInstance) lease.guest(tenant);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whateverAGuestChangesIsSeenAndBroughtBack(boolean tracking) {
    try (InstancePool pool = stateful().dirtyTracking(tracking).build();
        GuestLease lease = pool.lease()) {
      GuestInstance instance = instance(lease, "a");
      for (String change : StatefulGuest.CHANGES) {
        assertThat(instance.difference()).as("before %s", change).isEmpty();
        call(lease, "a", change);
        assertThat(instance.difference()).as(change).isPresent();
        assertThat(instance.reset()).isTrue();
      }
      assertThat(instance.difference()).isEmpty();
    }
  }

  @Test
  void aDroppedSegmentIsThereAgainAfterAReset() {
    try (InstancePool pool = stateful().build();
        GuestLease lease = pool.lease()) {
      call(lease, "a", "initData");
      call(lease, "a", "dropData");
      assertThatThrownBy(() -> call(lease, "a", "initData"))
          .isInstanceOf(WorkerException.GuestTrap.class)
          .hasMessageContaining("out of bounds");
      call(lease, "b", "dropData");
      call(lease, "c", "initData");
    }
  }

  @Test
  void anotherTenantFindsTheFirstStateInTheSameInstance() {
    try (InstancePool pool = stateful().build();
        GuestLease lease = pool.lease()) {
      GuestInstance instance = instance(lease, "a");
      StatefulGuest.CHANGES.forEach(change -> call(lease, "a", change));
      assertThat(instance.difference()).isPresent();
      assertThat(instance(lease, "a")).isSameAs(instance);
      assertThat(instance.difference()).as("the same tenant's own").isPresent();
      assertThat(instance(lease, "b")).isSameAs(instance);
      assertThat(instance.difference()).isEmpty();
      call(lease, "b", "store");
      assertThat(instance(lease, null)).isSameAs(instance);
      assertThat(instance.difference()).as("no tenant is a tenant too").isEmpty();
      assertThat(pool.metrics().resets()).isEqualTo(2);
      assertThat(pool.metrics().resetsVerified()).isEqualTo(2);
      assertThat(pool.metrics().resetDifferences()).isZero();
    }
  }

  @Test
  void anIdleInstanceOfAnotherTenantIsResetBeforeItIsLeased() {
    try (InstancePool pool = stateful().build()) {
      try (GuestLease lease = pool.lease()) {
        call(lease, "a", "store");
      }
      try (GuestLease lease = pool.lease()) {
        assertThat(instance(lease, "a").difference()).as("its own tenant").isPresent();
      }
      try (GuestLease lease = pool.lease()) {
        assertThat(instance(lease, "b").difference()).isEmpty();
      }
      assertThat(pool.metrics().instancesCreated()).isEqualTo(1);
    }
  }

  @Test
  void aTableThatHasGrownCannotShrinkSoTheInstanceIsReplaced() {
    try (InstancePool pool = stateful().build();
        GuestLease lease = pool.lease()) {
      GuestInstance first = instance(lease, "a");
      call(lease, "a", "growTable");
      GuestInstance second = instance(lease, "b");
      assertThat(second).isNotSameAs(first);
      assertThat(second.difference()).isEmpty();
      assertThat(pool.metrics().instancesRetired()).isEqualTo(1);
    }
  }

  @Test
  void theGrownTableOfOneInstanceIsNoOthers() {
    try (InstancePool pool = stateful().build();
        GuestLease one = pool.lease();
        GuestLease other = pool.lease()) {
      call(one, null, "growTable");
      assertThat(instance(other, null).difference()).isEmpty();
    }
  }

  @Test
  void aDroppedSegmentOfOneInstanceIsNoOthers() {
    try (InstancePool pool = stateful().build();
        GuestLease one = pool.lease();
        GuestLease other = pool.lease()) {
      call(one, null, "dropData");
      call(one, null, "dropElements");
      assertThat(instance(other, null).difference()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ResetPolicy.class,
      names = {"AFTER_EACH_INVOCATION", "FRESH_PER_INVOCATION"})
  void eachInvocationFindsTheFirstState(ResetPolicy policy) {
    byte[] counting =
        StatefulGuest.builder()
            .function(
                "count",
                WasmBuilder.types(WasmBuilder.I32, WasmBuilder.I32),
                WasmBuilder.types(WasmBuilder.I64),
                COUNT)
            .build();
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("counting.wasm", counting))
                .resetPolicy(policy)
                .verifyResetsEvery(1)
                .build();
        GuestLease lease = pool.lease()) {
      for (int i = 0; i < 5; i++) {
        byte[] count = lease.guest("a").invoke(Invocation.of("count", ""));
        assertThat(count[0]).isEqualTo((byte) 1);
        assertThatThrownBy(() -> lease.guest("a").invoke(Invocation.of("nope", "")))
            .isInstanceOf(WorkerException.AbiMismatch.class);
      }
      assertThat(pool.metrics().resetDifferences()).isZero();
    }
  }

  @Test
  void keptStateIsEverybodys() {
    try (InstancePool pool = stateful().resetPolicy(ResetPolicy.KEEP_STATE).build()) {
      try (GuestLease lease = pool.lease()) {
        call(lease, "a", "global");
        assertThat(instance(lease, "b")).isSameAs(instance(lease, "a"));
      }
      try (GuestLease lease = pool.lease()) {
        call(lease, "b", "global");
      }
      assertThat(pool.metrics().instancesCreated()).isEqualTo(1);
      assertThat(pool.metrics().resets()).isZero();
    }
  }

  @Test
  void freshMeansAnInstanceThatNoOtherTenantHasUsed() {
    try (InstancePool pool =
        stateful().resetPolicy(ResetPolicy.FRESH_PER_TENANT).spares(0).build()) {
      GuestInstance first;
      try (GuestLease lease = pool.lease()) {
        first = instance(lease, "a");
        assertThat(instance(lease, "a")).isSameAs(first);
        assertThat(instance(lease, "b")).isNotSameAs(first);
        assertThat(pool.metrics().instancesRetired()).isEqualTo(1);
      }
      assertThat(pool.metrics().instances()).as("nobody else may have it").isZero();
    }
  }

  /** CVE-2022-39393 and RUSTSEC-2026-0088 of another runtime: data left in pooled instances. */
  @ParameterizedTest
  @EnumSource(
      value = ResetPolicy.class,
      names = {"KEEP_STATE"},
      mode = EnumSource.Mode.EXCLUDE)
  void aPlantedSecretIsNowhereInTheMemoryThatAnotherTenantGets(ResetPolicy policy) {
    byte[] secret = "the secret of tenant a, 0123456789".getBytes(UTF_8);
    for (ModuleSource source : List.of(Guests.digest(), Guests.auth())) {
      for (boolean tracking : new boolean[] {false, true}) {
        try (InstancePool pool =
                InstancePool.builder(source)
                    .moduleCache(Guests.COMPILED)
                    .resetPolicy(policy)
                    .dirtyTracking(tracking)
                    .build();
            GuestLease lease = pool.lease()) {
          lease.guest("a").invoke(Invocation.of("echo", secret).withTenant("a"));
          lease.guest("b").invoke(Invocation.of("echo", "mine").withTenant("b"));
          GuestInstance seen = ((InstanceLease) lease).held();
          if (seen != null) { // with a fresh one for each invocation there is none any more
            assertThat(contains(seen.memory().read(0, seen.memory().sizeBytes()), secret))
                .as("%s %s", policy, tracking)
                .isFalse();
          }
        }
      }
    }
  }

  private static boolean contains(byte[] memory, byte[] wanted) {
    return new String(memory, ISO_8859_1).contains(new String(wanted, ISO_8859_1));
  }

  @Test
  void randomTenantsOverRandomGuestsAlwaysFindTheFirstState() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> functions = new ArrayList<>(StatefulGuest.CHANGES);
    functions.add("growTable");
    for (boolean tracking : new boolean[] {false, true}) {
      try (InstancePool pool = stateful().dirtyTracking(tracking).spares(0).build();
          GuestLease one = pool.lease();
          GuestLease other = pool.lease()) {
        for (int i = 0; i < 1_000; i++) {
          GuestLease lease = random.nextBoolean() ? one : other;
          String tenant = "tenant " + random.nextInt(3);
          call(lease, tenant, functions.get(random.nextInt(functions.size())));
        }
        assertThat(pool.metrics().resetsVerified()).isPositive();
        assertThat(pool.metrics().resetDifferences()).as("seed %d", seed).isZero();
        assertThat(pool.metrics().instances()).isEqualTo(2);
      }
    }
  }
}
