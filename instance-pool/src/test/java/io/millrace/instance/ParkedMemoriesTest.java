package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.memory.FlatLinearMemory;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the memory of an instance that is gone. */
class ParkedMemoriesTest {

  /** Each tenant gets another instance. */
  private static InstancePoolBuilder fresh() {
    return InstancePool.builder(Guests.digest())
        .moduleCache(Guests.COMPILED)
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
  void noneIsKeptWhereNoInstanceBeginsWithASnapshot() {
    try (InstancePool pool =
            fresh().resetPolicy(ResetPolicy.ON_TENANT_CHANGE).snapshot(false).build();
        GuestLease lease = pool.lease()) {
      GuestInstance first = instance(lease, "a");
      assertThat(first.state()).as("to go back to").isNotNull();
      pool.retire(first);
      assertThat(pool.metrics().memoryPages()).isZero();
    }
  }

  @Test
  void theOldestMakesRoom() {
    PageBudget budget = new PageBudget(100);
    ParkedMemories parked = new ParkedMemories(budget, new Resets("m", 1));
    PrivateLinearMemory last = new PrivateLinearMemory(new PageLimits(3, 4));
    for (int pages : List.of(1, 2)) {
      budget.tryTake(pages);
      assertThat(parked.offer(new PrivateLinearMemory(new PageLimits(pages, 4)))).isTrue();
    }
    budget.tryTake(3);
    assertThat(parked.offer(last)).isTrue();
    assertThat(budget.taken()).isEqualTo(2 + 3);
    assertThat(parked.take(last.lastSnapshot())).isSameAs(last);
  }

  /** Whoever finds nothing parked any more may find the pages that were. */
  @Test
  void twoThatNeedItsPagesBothGetTheirs() throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    AtomicReference<ParkedMemories> round = new AtomicReference<>();
    int rounds = 20_000;
    Callable<Integer> worker =
        () -> {
          int got = 0;
          for (int i = 0; i < rounds; i++) {
            if (together.await() == 0) {
              PageBudget budget = new PageBudget(2);
              ParkedMemories parked = new ParkedMemories(budget, new Resets("m", 1000));
              budget.tryTake(2);
              parked.offer(new PrivateLinearMemory(new PageLimits(2, 2)));
              round.set(parked);
            }
            together.await();
            got += Objects.requireNonNull(round.get()).tryTake(1) ? 1 : 0;
          }
          return got;
        };
    FutureTask<Integer> other = new FutureTask<>(worker);
    Thread thread = new Thread(other, "other");
    thread.setDaemon(true);
    thread.start();
    assertThat(worker.call()).isEqualTo(rounds);
    assertThat(other.get()).isEqualTo(rounds);
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
