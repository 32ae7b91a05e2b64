package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LeftRepliesTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int MOST = 8;

  private final FakeGuests guests = new FakeGuests();
  private final ScheduledWorkerPool pool =
      (ScheduledWorkerPool) WorkerPools.over(guests).workers(1).inboxCapacity(1024).build();
  private final LeftReplies left = new LeftReplies();

  @AfterEach
  void close() {
    guests.open();
    pool.close();
  }

  private InvokeAllSubscription stream() {
    return new InvokeAllSubscription(pool, new BaseSubscriber<Reply>() {}, true, 16);
  }

  private static Flux<Invocation> echoes(int count) {
    return Flux.range(0, count).map(i -> Invocation.of("echo", Integer.toString(i)));
  }

  private Flux<Reply> replies(Flux<Invocation> sent, boolean ordered) {
    return ordered ? pool.invokeAll(sent) : pool.invokeAllUnordered(sent);
  }

  @Test
  void eachStreamHasOnePlaceUntilItIsDrained() {
    List<InvokeAllSubscription> streams = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      streams.add(stream());
    }
    for (int round = 0; round < 2; round++) {
      for (InvokeAllSubscription stream : streams) {
        assertThat(left.tryAdd(stream)).isTrue();
      }
    }
    InvokeAllSubscription oneMore = stream();
    assertThat(left.tryAdd(oneMore)).isFalse();
    assertThat(left.has(oneMore)).isFalse();
    assertThat(streams).allMatch(left::has);
    List<InvokeAllSubscription> found = new ArrayList<>();
    left.forEach(found::add);
    assertThat(found).containsExactlyInAnyOrderElementsOf(streams);

    left.drainAll();
    assertThat(left.isEmpty()).isTrue();
    assertThat(streams).noneMatch(left::has);
  }

  /** They are handed over together; the worker runs the last one for as long as the gate stands. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void repliesDoNotWaitForALongRunBehindThem(boolean ordered) {
    int shortRuns = 40;
    replies(echoes(20_000), ordered).then().block(LONG); // batches are as long as they get
    AtomicInteger replied = new AtomicInteger();
    Flux<Invocation> sent = echoes(shortRuns).concatWithValues(Invocation.of("gate", ""));
    replies(sent, ordered).doOnNext(reply -> replied.incrementAndGet()).subscribe();
    await().atMost(LONG).until(() -> replied.get() == shortRuns);
    guests.open();
    await().atMost(LONG).until(() -> replied.get() == shortRuns + 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void moreStreamsInTurnThanThereArePlacesHaveAllTheirReplies(boolean ordered) {
    int count = 2_000;
    List<Mono<Long>> counts = new ArrayList<>();
    for (int i = 0; i < 3 * MOST; i++) {
      counts.add(replies(echoes(count), ordered).count());
    }
    List<Long> all = Flux.merge(counts).collectList().block(LONG);
    assertThat(Objects.requireNonNull(all)).hasSize(3 * MOST).containsOnly((long) count);
  }

  /** The watchdog would find what is left behind: here it sleeps from its first look on. */
  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "2, true", "2, false"})
  void noReplyIsLeftBehindForTheWatchdog(int workers, boolean ordered) {
    CountDownLatch ended = new CountDownLatch(1);
    Platform sleepy =
        HookedPlatform.with(
            (method, arguments) -> {
              if (method.equals("park") && Thread.currentThread().getName().endsWith("watchdog")) {
                FakeGuests.awaitUninterruptibly(ended);
              }
            });
    try (WorkerPool own = WorkerPools.over(new FakeGuests()).workers(workers).build(sleepy)) {
      for (int count : new int[] {1, 2, 3, 10, 100, 1_000, 50_000}) {
        for (int window : new int[] {1, 3, 16, 256}) {
          Flux<Invocation> sent = echoes(count);
          Flux<Reply> replies =
              ordered ? own.invokeAll(sent, window) : own.invokeAllUnordered(sent, window);
          assertThat(replies.count().block(LONG)).isEqualTo(count);
        }
      }
    } finally {
      ended.countDown();
    }
  }
}
