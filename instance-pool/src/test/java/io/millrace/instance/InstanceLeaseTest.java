package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.memory.FlatLinearMemory;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a lease does with its instance when it is used wrongly, and at the pool's limits. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InstanceLeaseTest {

  private static final byte[] STATEFUL = StatefulGuest.builder().build();

  private static InstancePoolBuilder stateful() {
    return InstancePool.builder(ModuleSource.of("stateful.wasm", STATEFUL))
        .moduleCache(Guests.COMPILED);
  }

  /** An instance must not be reset or given up under the thread that is in it. */
  @ParameterizedTest
  @EnumSource(ResetPolicy.class)
  void aRefusedSecondThreadLeavesTheFirstOnesInstanceAlone(ResetPolicy policy) throws Exception {
    try (InstancePool pool =
            InstancePool.builder(Guests.digest())
                .moduleCache(Guests.COMPILED)
                .resetPolicy(policy)
                .spares(0)
                .build();
        GuestLease lease = pool.lease()) {
      Guest guest = lease.guest(null);
      GuestInstance held = ((InstanceLease) lease).held();
      FutureTask<byte[]> spinning = new FutureTask<>(() -> guest.invoke(Invocation.of("spin", "")));
      Thread first = new Thread(spinning, "first");
      first.setDaemon(true);
      first.start();
      await().until(() -> held != null && held.invocations() == 1);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> guest.invoke(Invocation.of("echo", "")))
            .isInstanceOf(WorkerException.InstanceBusy.class);
      }
      assertThat(pool.metrics().resets()).isZero();
      assertThat(pool.metrics().instancesRetired()).isZero();
      assertThat(pool.metrics().instances()).isEqualTo(1);
      first.interrupt();
      assertThatThrownBy(spinning::get).hasCauseInstanceOf(WorkerException.WorkerTerminated.class);
    }
  }

  /** The lease is one thread's; but a mistake must not show one tenant another's half-done work. */
  @Test
  void anotherTenantGetsNoInstanceThatStillRuns() throws Exception {
    try (InstancePool pool =
        InstancePool.builder(Guests.digest()).moduleCache(Guests.COMPILED).spares(0).build()) {
      GuestLease lease = pool.lease();
      GuestInstance running = (GuestInstance) lease.guest("a");
      FutureTask<byte[]> spinning =
          new FutureTask<>(() -> running.invoke(Invocation.of("spin", "")));
      Thread first = new Thread(spinning, "first");
      first.setDaemon(true);
      first.start();
      await().until(() -> running.invocations() == 1);
      lease.close();
      try (GuestLease next = pool.lease()) {
        assertThat(next.guest("a")).isNotSameAs(running);
        assertThat(next.guest("b")).isNotSameAs(running);
      }
      first.interrupt();
      assertThatThrownBy(spinning::get).hasCauseInstanceOf(WorkerException.WorkerTerminated.class);
    }
  }

  /** CVE-2019-17638 of another server: a buffer released twice was handed to two callers. */
  @Test
  void aLeaseReleasedTwiceGivesItsInstanceToOneCallerOnly() {
    try (InstancePool pool = stateful().spares(0).build()) {
      GuestLease released = pool.lease();
      released.guest("a");
      released.close();
      released.close();
      try (GuestLease one = pool.lease();
          GuestLease two = pool.lease()) {
        assertThat(one.guest("a")).isNotSameAs(two.guest("a"));
        assertThat(pool.metrics().instances()).isEqualTo(2);
      }
    }
  }

  /** As a full heap would in the middle of a reset; here it is the log that throws, once. */
  @Test
  void aResetThatThrowsCostsTheInstanceAndNoPlaceInThePool() {
    FailingOnce failing = new FailingOnce();
    Logger logger = Logger.getLogger(Resets.class.getName());
    logger.addHandler(failing);
    try (InstancePool pool =
        stateful().maximumInstances(1).spares(0).verifyResetsEvery(1).build()) {
      try (GuestLease lease = pool.lease()) {
        GuestInstance instance = (GuestInstance) lease.guest("a");
        instance.invoke(Invocation.of("grow", ""));
        ((FlatLinearMemory) instance.memory()).snapshot(); // so that a reset ends in a difference
      }
      try (GuestLease lease = pool.lease()) {
        assertThat(((GuestInstance) lease.guest("b")).difference()).isEmpty();
      }
      assertThat(failing.failed).isTrue();
      assertThat(pool.metrics().resetDifferences()).isEqualTo(1);
      assertThat(pool.metrics().instances()).isEqualTo(1);
      assertThat(pool.metrics().memoryPages()).isEqualTo(4);
    } finally {
      logger.removeHandler(failing);
    }
  }

  private static final class FailingOnce extends Handler {

    private final AtomicBoolean failed = new AtomicBoolean();

    @Override
    public void publish(LogRecord written) {
      if (failed.compareAndSet(false, true)) {
        throw new IllegalStateException("the log is full");
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void aSpareTakesNoWorkersPlace() {
    try (InstancePool pool =
            stateful()
                .maximumInstances(1)
                .retirePolicy(RetirePolicy.NEVER.withInvocations(1))
                .build();
        GuestLease lease = pool.lease()) {
      for (int i = 0; i < 2_000; i++) {
        assertThat(lease.guest(null).invoke(Invocation.of("store", ""))).isEmpty();
      }
      assertThat(pool.metrics().instancesRetired()).isEqualTo(1_999);
    }
  }

  @Test
  void aSpareTakesNoWorkersPages() {
    try (InstancePool pool =
            stateful()
                .memoryBudgetPages(4)
                .retirePolicy(RetirePolicy.NEVER.withInvocations(1))
                .build();
        GuestLease lease = pool.lease()) {
      for (int i = 0; i < 2_000; i++) {
        assertThat(lease.guest(null).invoke(Invocation.of("store", ""))).isEmpty();
      }
    }
  }

  @Test
  void anAgeBeyondWhatNanosecondsCountIsNever() {
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
    try (InstancePool pool = stateful().retirePolicy(RetirePolicy.NEVER.withAge(longest)).build();
        GuestLease lease = pool.lease()) {
      assertThat(lease.guest("a")).isSameAs(lease.guest("a"));
    }
  }

  @Test
  void anIdleInstanceThatGrewTooOldIsNotLeased() {
    Duration age = Duration.ofMillis(20);
    try (InstancePool pool =
        stateful().spares(0).retirePolicy(RetirePolicy.NEVER.withAge(age)).build()) {
      pool.warmUp(2).block();
      long sinceNanos = System.nanoTime();
      await().until(() -> System.nanoTime() - sinceNanos > age.toNanos());
      try (GuestLease lease = pool.lease()) {
        assertThat(lease.guest("a")).isNotNull();
        assertThat(pool.metrics().instancesRetired()).isEqualTo(2);
        assertThat(pool.metrics().instancesCreated()).isEqualTo(3);
      }
    }
  }
}
