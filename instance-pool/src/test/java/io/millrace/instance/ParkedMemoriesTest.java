package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.memory.FlatLinearMemory;
import io.millrace.memory.LinearMemory;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the memory of an instance that is gone. */
class ParkedMemoriesTest {

  private static final ModuleCache CACHE = ModuleCache.create();

  /** Each tenant gets another instance. */
  private static InstancePoolBuilder fresh() {
    return InstancePool.builder(Guests.digest())
        .moduleCache(CACHE)
        .spares(0)
        .resetPolicy(ResetPolicy.FRESH_PER_TENANT)
        .verifyResetsEvery(1);
  }

  private static GuestInstance instance(GuestLease lease, String tenant) {
    return (GuestInstance) lease.guest(tenant);
  }

  private static String text(LinearMemory memory) {
    return new String(memory.read(0, memory.sizeBytes()), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLaterInstanceBeginsInItWithNothingOfWhatWasThere(boolean tracked) {
    String secret = "the secret of a";
    try (InstancePool pool = fresh().dirtyTracking(tracked).build();
        GuestLease lease = pool.lease()) {
      GuestInstance first = instance(lease, "a");
      first.invoke(Invocation.of("echo", secret));
      LinearMemory memory = first.memory();
      assertThat(text(memory)).contains(secret);

      GuestInstance second = instance(lease, "b");
      assertThat(second).isNotSameAs(first);
      assertThat(second.memory()).isSameAs(memory);
      assertThat(second.difference()).isEmpty();
      assertThat(text(memory)).doesNotContain(secret);
      assertThat(second.invoke(Invocation.of("echo", "hello"))).asString().isEqualTo("hello");
      assertThat(pool.metrics().resetsVerified()).isEqualTo(1);
      assertThat(pool.metrics().memoryPages()).isEqualTo(second.pages());
    }
  }

  @Test
  void whoeverKeepsAnInstanceBeyondItsEndIsRefused() {
    try (InstancePool pool = fresh().build();
        GuestLease lease = pool.lease()) {
      GuestInstance first = instance(lease, "a");
      instance(lease, "b");
      assertThatThrownBy(() -> first.invoke(Invocation.of("echo", "")))
          .isInstanceOf(WorkerException.InstanceBusy.class);
    }
  }

  @Test
  void theMemoryOfAnInstanceThatTrappedIsNotUsedAgain() {
    try (InstancePool pool = fresh().build();
        GuestLease lease = pool.lease()) {
      GuestInstance first = instance(lease, "a");
      assertThatThrownBy(() -> first.invoke(Invocation.of("trap", "")))
          .isInstanceOf(WorkerException.GuestTrap.class);
      assertThat(instance(lease, "a").memory()).isNotSameAs(first.memory());
      assertThat(pool.metrics().memoryPages()).isEqualTo(first.pages());
    }
  }

  @Test
  void aMemoryThatDiffersFromItsSnapshotIsDroppedAndCounted() {
    try (InstancePool pool = fresh().dirtyTracking(true).build();
        GuestLease lease = pool.lease()) {
      GuestInstance first = instance(lease, "a");
      byte[] bytes = ((FlatLinearMemory) first.memory()).view(0, 8).array();
      instance(lease, "b"); // marks of the view are forgotten on the way back
      bytes[bytes.length - 1] = 42; // behind the tracker's back
      GuestInstance third = instance(lease, "a");
      assertThat(third.memory()).isNotSameAs(first.memory());
      assertThat(third.difference()).isEmpty();
      assertThat(pool.metrics().resetDifferences()).isEqualTo(1);
      assertThat(pool.metrics().memoryPages()).isEqualTo(third.pages());
    }
  }

  @Test
  void itsPagesAreThereForOthersThatNeedThem() {
    ModuleSource stateful = ModuleSource.of("stateful.wasm", StatefulGuest.builder().build());
    try (InstancePool pool =
            InstancePool.builder(stateful)
                .spares(0)
                .resetPolicy(ResetPolicy.FRESH_PER_TENANT)
                .memoryBudgetPages(8)
                .build();
        GuestLease lease = pool.lease()) {
      GuestInstance grows = instance(lease, "a");
      GuestLease other = pool.lease();
      instance(other, "b");
      other.close();
      assertThat(pool.metrics().instances()).isEqualTo(1);
      assertThat(pool.metrics().memoryPages()).as("with the parked one").isEqualTo(8);
      grows.invoke(Invocation.of("grow", ""));
      assertThat(grows.pages()).isEqualTo(5);
      assertThat(pool.metrics().memoryPages()).isEqualTo(5);
    }
  }

  @Test
  void aPoolThatIsClosedKeepsNone() {
    InstancePool pool = fresh().build();
    GuestLease lease = pool.lease();
    instance(lease, "a");
    instance(lease, "b");
    lease.close();
    assertThat(pool.metrics().instances()).isZero();
    assertThat(pool.metrics().memoryPages()).as("parked").isPositive();
    pool.close();
    assertThat(pool.metrics().memoryPages()).isZero();
  }
}
