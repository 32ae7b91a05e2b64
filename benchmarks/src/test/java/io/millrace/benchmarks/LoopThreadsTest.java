package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.GuestSource;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class LoopThreadsTest {

  @Test
  void everyCallIsMadeOnce() throws Exception {
    try (LoopThreads threads = new LoopThreads(3)) {
      for (int calls : new int[] {1, 15, 16, 17, 100_003}) {
        AtomicLong made = new AtomicLong();
        assertThat(threads.run(calls, (thread, count) -> made.addAndGet(count))).isPositive();
        assertThat(made).hasValue(calls);
      }
    }
  }

  /** Whoever divides beforehand waits for the slowest, and the limit is none. */
  @Test
  void whatASlowThreadDoesNotDoTheOthersDo() throws Exception {
    int calls = 10_000;
    AtomicIntegerArray made = new AtomicIntegerArray(2);
    CountDownLatch othersDone = new CountDownLatch(1);
    try (LoopThreads threads = new LoopThreads(2)) {
      threads.run(
          calls,
          (thread, count) -> {
            int all = made.addAndGet(thread, count);
            if (thread == 0) {
              othersDone.await(30, TimeUnit.SECONDS);
            } else if (all >= calls - LoopThreads.chunk(calls, 2)) {
              othersDone.countDown();
            }
          });
    }
    assertThat(made.get(0)).isLessThanOrEqualTo(LoopThreads.chunk(calls, 2));
    assertThat(made.get(0) + made.get(1)).isEqualTo(calls);
  }

  @Test
  void theTailIsBelowOnePerCentOfARound() {
    assertThat(LoopThreads.chunk(20_000, 2)).isBetween(16, 20_000 / 2 / 100);
    assertThat(LoopThreads.chunk(1_000_000, 2)).isBetween(1_000, 1_000_000 / 2 / 100);
    assertThat(LoopThreads.chunk(100, 256)).isEqualTo(16);
  }

  @Test
  void noThreadBeginsBeforeAllAreThereAndNoneIsStartedInARound() throws Exception {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch both = new CountDownLatch(2);
    try (LoopThreads threads = new LoopThreads(2)) {
      for (int round = 0; round < 5; round++) {
        threads.run(
            64,
            (thread, count) -> {
              seen.add(Thread.currentThread());
              both.countDown();
              assertThat(both.await(30, TimeUnit.SECONDS)).isTrue();
            });
      }
    }
    assertThat(seen).hasSize(2);
  }

  @Test
  void aLoopThatFailsEndsTheRun() {
    try (LoopThreads threads = new LoopThreads(2)) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  threads.run(
                      1_000_000,
                      (thread, count) -> {
                        throw new IllegalStateException("no more");
                      }))
          .withMessage("no more");
    }
  }

  /** It would go on beside whatever is measured next. */
  @Test
  void aRunThatDoesNotEndIsGivenUpAndItsLoopsEnd() throws Exception {
    AtomicLong chunks = new AtomicLong();
    try (LoopThreads threads = new LoopThreads(2, Duration.ofMillis(20))) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  threads.run(
                      1_000_000,
                      (thread, count) -> {
                        long end = System.nanoTime() + 2_000_000;
                        while (System.nanoTime() < end) {
                          Thread.onSpinWait(); // as a guest that is not interrupted
                        }
                        chunks.incrementAndGet();
                      }))
          .withMessage("a loop of calls did not end within 0 s");
      Thread.sleep(50); // for the chunks that they are at
      long before = chunks.get();
      Thread.sleep(50);
      assertThat(chunks).hasValue(before);
    }
  }

  /** Every other call fails. */
  private static GuestSource failingGuests() {
    AtomicLong calls = new AtomicLong();
    return new FakeGuests(
        invocation -> {
          if (calls.getAndIncrement() % 2 == 0) {
            throw new WorkerException.GuestFailed(invocation.function(), "a trap");
          }
          return new byte[1];
        });
  }

  @Test
  void failedCallsOfALoopAreCounted() throws Exception {
    try (LoopsPeer raw = LoopsPeer.raw(failingGuests(), 2);
        LoopsPeer locked = LoopsPeer.locked(failingGuests())) {
      assertThat(raw.run(PeerCall.EMPTY, 10_000, 2, false).failed()).isEqualTo(5_000);
      assertThat(raw.run(PeerCall.EMPTY, 10_000, 2, true).failed()).isEqualTo(5_000);
      assertThat(locked.run(PeerCall.EMPTY, 10_000, 8, true).failed()).isEqualTo(5_000);
    }
  }

  @Test
  void aLoadWithAFailureIsNoRun() throws Exception {
    try (WorkerPool pool = WorkerPools.over(failingGuests()).workers(1).build()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> Load.stream(pool, Invocation.of("echo", ""), 10).run())
          .withMessage("5 of 10 invocations failed");
    }
    try (FlatMapPeer peer = new FlatMapPeer(failingGuests(), 1)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> peer.load(Invocation.of("echo", ""), 10, 4).run())
          .withMessage("5 of 10 invocations failed");
    }
  }

  @Test
  void aLoadThatDoesNotEndIsGivenUp() throws Exception {
    Invocation sleep = Invocation.of("sleep", "");
    Duration limit = Duration.ofMillis(20);
    try (WorkerPool pool = WorkerPools.over(FakeGuests.sleeping(1_000)).workers(1).build()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> Load.stream(pool, sleep, 10, limit).run())
          .withMessage("a stream of 10 invocations did not end within 0 s");
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> ZeroCopyProfile.check(Flux.never(), new int[1], 1, limit))
        .withMessage("a stream of arrays did not end within 0 s");
  }
}
