package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.GuestSource;
import io.millrace.scheduler.Overflow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.Disposables;

class OverloadTest {

  private static final GuestSource FAILING =
      new FakeGuests(
          invocation -> {
            throw new WorkerException.GuestFailed(invocation.function(), "a trap");
          });

  /** A stream's failures are replies among others. */
  @ParameterizedTest
  @EnumSource(
      value = Overflow.class,
      names = {"WAIT", "REJECT"})
  void callsThatFailAreCountedWhateverThePolicy(Overflow policy) {
    OverloadProfile.Flood flood = new OverloadProfile.Flood(policy);
    try (WorkerPool pool = OverloadProfile.pool(FAILING, policy)) {
      flood.send(pool, Invocation.of("sleep", ""), 20);
    }
    assertThat(flood.failed.get()).isPositive();
    assertThat(flood.answered).hasValue(flood.sent.get());
  }

  @Test
  void aStreamThatBreaksDownIsAFailure() {
    OverloadProfile.Flood flood = new OverloadProfile.Flood(Overflow.WAIT);
    WorkerPool pool = OverloadProfile.pool(FakeGuests.empty(), Overflow.WAIT);
    pool.close();
    flood.send(pool, Invocation.of("sleep", ""), 1);
    assertThat(flood.failed.get()).isPositive();
  }

  @Test
  void nobodyFloodsAfterTheQuietTenantFailed() {
    Disposable flooding = Disposables.single();
    try (WorkerPool pool = OverloadProfile.pool(FAILING, Overflow.REJECT)) {
      assertThatThrownBy(() -> QuietTenant.beside(pool, any -> flooding))
          .hasMessageContaining("a trap");
    }
    assertThat(flooding.isDisposed()).isTrue();
  }
}
