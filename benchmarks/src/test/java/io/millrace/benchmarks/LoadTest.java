package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.BottleneckProfile.Shares;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.Guest;
import io.millrace.scheduler.WorkerPools;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class LoadTest {

  private static LoadResult result(long completed, long rejected, double inSystem) {
    return new LoadResult(
        completed,
        rejected,
        0,
        1_000_000_000,
        Peer.histogram(),
        Peer.histogram(),
        2_000_000,
        0.5,
        0,
        inSystem,
        0,
        0,
        0);
  }

  @Test
  void littlesLawHoldsWhereRateAndTimeGiveWhatWasSeen() {
    assertThat(result(1_000, 0, 2.05).doubt()).isEmpty(); // 1000/s for 2 ms each
    assertThat(result(600, 400, 2).doubt()).isEmpty();
    assertThat(result(1_000, 0, 2.2).doubt())
        .hasValueSatisfying(
            why ->
                assertThat(why)
                    .contains("off by 10.0 %", "2.20", "time from sent to answered say 2.00"));
    assertThat(result(1_000, 0, 1.8).doubt()).isPresent();
    assertThat(result(0, 0, 1).doubt()).isPresent();
  }

  @Test
  void everyRunHasToObeyAndNotOnlyTheMiddleOne() {
    assertThat(LoadResult.doubt(new double[] {0, 0.01, 0.05})).isEmpty();
    assertThat(LoadResult.doubt(new double[] {0, 0.01, 0.01, 0.07, 0.06}))
        .hasValueSatisfying(
            why -> assertThat(why).contains("more than 5 % in 2 of 5 runs, by 7.0 % in the worst"));
    assertThat(LoadResult.doubt(new double[] {0, Double.NaN})).isPresent();
    // Two loads of one run: one saw more than it should have, the other as much less.
    assertThat(LoadResult.littleError(List.of(result(1_000, 0, 2.2), result(1_000, 0, 1.8))))
        .isCloseTo(0, within(1e-9));
    assertThat(LoadResult.littleError(List.of(result(1_000, 0, 2.2), result(1_000, 0, 2))))
        .isCloseTo(0.05, within(1e-9));
  }

  private static List<String> doubts(LoadResult... slices) {
    Figures figures = new Figures();
    ArticleProfile.put(figures, "cpu.1workers.", slices);
    return figures.doubts();
  }

  @Test
  void errorsOfOppositeSignDoNotHideEachOtherInARound() {
    LoadResult right = result(1_000, 0, 2);
    assertThat(doubts(right, result(1_000, 0, 2.18), result(1_000, 0, 1.82), right)).isEmpty();
    assertThat(doubts(right, result(1_000, 0, 2.3), result(1_000, 0, 1.7), right))
        .singleElement()
        .satisfies(why -> assertThat(why).contains("slice by slice", "10 % in 2 of 4 runs"));
  }

  /** There is room for all that a closed loop has under way, so something is wrong then. */
  @Test
  void aRejectionInAClosedLoopMakesTheProfileOneThatCannotBeTrusted() throws Exception {
    LoadResult right = result(1_000, 0, 2);
    assertThat(doubts(right, right, result(999, 1, 2), right))
        .containsExactly("cpu.1workers.rejected: 1 calls were rejected, none may");
    Figures figures = new Figures();
    try (WorkerPool pool =
        WorkerPools.over(FakeGuests.sleeping(1)).workers(1).inboxCapacity(1).build()) {
      LoadProfile.capacity(figures, pool, Invocation.of("sleep", ""), 50);
    }
    assertThat(figures.doubts())
        .anyMatch(why -> why.contains("calls of a closed loop were rejected, none may"));
  }

  @Test
  void everyCallOfALoopIsAnsweredAndTimed() throws Exception {
    try (WorkerPool pool = WorkerPools.over(FakeGuests.sleeping(1)).workers(2).build()) {
      LoadResult closed = LoadHarness.closed(pool, Invocation.of("sleep", ""), 50, 4);
      assertThat(closed.completed()).isEqualTo(50);
      assertThat(closed.sojourn().getTotalCount()).isEqualTo(50);
      assertThat(closed.service().getMinValue()).isGreaterThanOrEqualTo(990_000);
      assertThat(closed.utilisation()).isBetween(0.0, 1.0);
      LoadResult open = LoadHarness.open(pool, Invocation.of("sleep", ""), 50, 5_000);
      assertThat(open.completed() + open.rejected()).isEqualTo(50);
    }
  }

  /**
   * A pool that keeps whoever sends waiting: what is then sent too late counts from when it was
   * due.
   */
  @Test
  void anOpenLoopDoesNotForgetWhatASlowPoolDelays() throws Exception {
    int calls = 20;
    long keepMillis = 5;
    try (WorkerPool pool = WorkerPools.over(FakeGuests.empty()).workers(1).build()) {
      InvocationHandler keeping =
          (proxy, method, args) -> {
            if (method.getName().equals("invoke")) {
              Thread.sleep(keepMillis);
            }
            return method.invoke(pool, args);
          };
      LoadResult open = LoadHarness.open(proxy(keeping), Invocation.of("nothing", ""), calls, 1e6);
      long lastWasLate = TimeUnit.MILLISECONDS.toNanos((calls - 1) * keepMillis);
      assertThat(open.sojourn().getMaxValue()).isGreaterThanOrEqualTo(lastWasLate);
      assertThat(open.sojourn().getValueAtPercentile(50)).isGreaterThanOrEqualTo(lastWasLate / 2);
    }
  }

  /** It would go on beside whatever is measured next. */
  @Test
  void aLoadThatDoesNotEndLeavesNothingBehind() throws Exception {
    AtomicLong looks = new AtomicLong();
    try (WorkerPool pool = WorkerPools.over(FakeGuests.empty()).workers(1).build()) {
      InvocationHandler silent =
          (proxy, method, args) -> {
            if (method.getName().equals("metrics")) {
              looks.incrementAndGet();
            }
            return method.getName().equals("invoke") ? Mono.never() : method.invoke(pool, args);
          };
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  LoadHarness.closed(
                      proxy(silent),
                      Invocation.of("nothing", ""),
                      5,
                      1,
                      Duration.ofMillis(20),
                      LoadSampler.OFTEN_NANOS))
          .withMessage("5 of 5 calls were not answered in 0 s");
      long before = looks.get();
      Thread.sleep(100);
      assertThat(looks.get()).isLessThanOrEqualTo(before + 1); // it may have been about to look
    }
  }

  private static WorkerPool proxy(InvocationHandler handler) {
    return (WorkerPool)
        Proxy.newProxyInstance(
            LoadTest.class.getClassLoader(), new Class<?>[] {WorkerPool.class}, handler);
  }

  /** It would be answered before it was due. */
  @Test
  void anOpenLoopSendsNoCallTooEarlyWhereAParkEndsBeforeItsTime() throws Exception {
    Thread sender = Thread.currentThread();
    AtomicBoolean ended = new AtomicBoolean();
    Thread waker =
        new Thread(
            () -> {
              while (!ended.get()) {
                LockSupport.unpark(sender);
                LockSupport.parkNanos(10_000);
              }
            });
    waker.start();
    try (WorkerPool pool = WorkerPools.over(FakeGuests.empty()).workers(1).build()) {
      Invocation nothing = Invocation.of("nothing", "");
      LoadHarness.open(pool, nothing, 50, 1e6); // the very first call is late
      LoadResult open = LoadHarness.open(pool, nothing, 50, 500);
      assertThat(open.failed()).isZero();
      assertThat(open.nanos()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(50)); // about 100
    } finally {
      ended.set(true);
      waker.join();
    }
  }

  @Test
  void anOpenLoopCountsWhatWasRejectedApart() throws Exception {
    try (WorkerPool pool =
        WorkerPools.over(FakeGuests.sleeping(20)).workers(1).inboxCapacity(1).build()) {
      LoadResult open = LoadHarness.open(pool, Invocation.of("sleep", ""), 50, 1e6);
      assertThat(open.rejected()).isPositive();
      assertThat(open.failed()).isZero();
      assertThat(open.completed() + open.rejected()).isEqualTo(50);
      assertThat(open.sojourn().getTotalCount()).isEqualTo(open.completed());
    }
  }

  @Test
  void failedCallsAreNoRejectedOnesAndMakeARunOneThatCannotBeTrusted() throws Exception {
    AtomicLong calls = new AtomicLong();
    Guest failing =
        invocation -> {
          if (calls.incrementAndGet() % 10 == 0) {
            throw new WorkerException.GuestFailed("sleep", "no more");
          }
          return new byte[0];
        };
    try (WorkerPool pool = WorkerPools.over(new FakeGuests(failing)).workers(1).build()) {
      LoadResult closed = LoadHarness.closed(pool, Invocation.of("sleep", ""), 50, 4);
      assertThat(closed.failed()).isEqualTo(5);
      assertThat(closed.rejected()).isZero();
      assertThat(closed.completed()).isEqualTo(45);
      assertThat(closed.doubt()).hasValue("5 calls failed, none may");
    }
  }

  @Test
  void sharesAddUpToTheWholeCall() {
    Shares shares = Shares.of(1, 2, 3, 4, 20);
    assertThat(shares.guest()).isEqualTo(50, within(1e-9));
    assertThat(sum(shares)).isEqualTo(100, within(1e-9));
    assertThat(sum(Shares.of(1, 2, 3, 4, 9))).isEqualTo(100, within(1e-9));
    assertThat(Shares.doubt(1, 2, 3, 4, 20)).isEmpty();
    assertThat(Shares.doubt(1, 2, 3, 4, 5)).isPresent();
  }

  private static double sum(Shares shares) {
    return shares.encode() + shares.copyIn() + shares.guest() + shares.copyOut() + shares.decode();
  }

  @Test
  void aWrongReplyOfAPeerIsFound() throws Exception {
    PeerCall.EMPTY.check(new byte[0]);
    assertThatIllegalStateException()
        .isThrownBy(() -> PeerCall.SHA256.check(new byte[64]))
        .withMessageContaining("sha256");
  }
}
