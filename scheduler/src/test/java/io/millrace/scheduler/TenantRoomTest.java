package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Mostly one worker that is held up, and room for 16. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class TenantRoomTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  /** So that a test that fails says so before it is out of time. */
  private static final Duration SHORT = Duration.ofSeconds(5);

  private static final int FLOOD = 100;

  private final FakeGuests guests = new FakeGuests();
  private final WorkerPool pool =
      WorkerPools.over(guests).workers(1).inboxCapacity(16).drainTimeout(SHORT).build();

  private CompletableFuture<Reply> send(String tenant) {
    return pool.invoke(Invocation.of("echo", tenant).withTenant(tenant)).toFuture();
  }

  private List<CompletableFuture<Reply>> flood(String tenant) {
    List<CompletableFuture<Reply>> sent = new ArrayList<>();
    for (int i = 0; i < FLOOD; i++) {
      sent.add(send(tenant));
    }
    return sent;
  }

  /** Of one tenant, and nobody looks at the answers. */
  private static void flood(WorkerPool other, String function) {
    Invocation one = Invocation.of(function, "").withTenant("flood");
    for (int i = 0; i < FLOOD; i++) {
      other.invoke(one).subscribe(reply -> {}, refused -> {});
    }
  }

  private void holdUp() {
    holdUp(pool);
  }

  private void holdUp(WorkerPool other) {
    other.invoke(Invocation.of("gate", "")).subscribe();
    await().until(() -> guests.started.get() >= 1);
  }

  private static long refused(List<CompletableFuture<Reply>> sent) {
    return sent.stream().filter(CompletableFuture::isCompletedExceptionally).count();
  }

  @Test
  void aFloodLeavesRoomForAnotherTenant() {
    try (pool) {
      holdUp(); // no tenant's
      List<CompletableFuture<Reply>> flood = flood("flood");
      assertThat(refused(flood)).isEqualTo(FLOOD - 14);
      List<CompletableFuture<Reply>> quiet = List.of(send("quiet"), send("quiet"));
      assertThat(refused(quiet)).isZero();
      assertThat(send("late"))
          .as("the room is full now")
          .failsWithin(LONG)
          .withThrowableOfType(Exception.class)
          .withCauseInstanceOf(WorkerException.InboxFull.class);
      guests.open();
      assertThat(quiet).allSatisfy(one -> assertThat(one).succeedsWithin(LONG));
      await().until(() -> flood.stream().allMatch(CompletableFuture::isDone));
      assertThat(refused(flood)).as("the others have run").isEqualTo(FLOOD - 14);
    }
  }

  @Test
  void aFloodLeavesRoomForAStream() {
    try (pool) {
      holdUp();
      flood("flood");
      CompletableFuture<Reply> one =
          pool.invokeAll(Flux.just(Invocation.of("echo", "").withTenant("quiet")))
              .next()
              .toFuture();
      assertThat(pool.metrics().waiting()).isEqualTo(15);
      guests.open();
      assertThat(one).succeedsWithin(LONG);
    }
  }

  /** Of one inbox, in turn: how many wait then. */
  private long waitingBesideFloods(int tenants, int capacity) {
    try (WorkerPool other =
        WorkerPools.over(guests).workers(1).inboxCapacity(capacity).drainTimeout(SHORT).build()) {
      int before = guests.started.get();
      other.invoke(Invocation.of("gate", "")).subscribe();
      await().until(() -> guests.started.get() == before + 1);
      for (int i = 0; i < capacity; i++) {
        for (int tenant = 0; tenant < tenants; tenant++) {
          Invocation one = Invocation.of("echo", "").withTenant("flood" + tenant);
          other.invoke(one).subscribe(reply -> {}, refused -> {});
        }
      }
      long waiting = other.metrics().waiting();
      guests.open();
      return waiting;
    }
  }

  @Test
  void manyFloodsLeaveRoomTogether() {
    assertThat(waitingBesideFloods(9, 256)).as("28 of each, where 4 are free").isEqualTo(252);
  }

  @Test
  void someFloodsLeaveAnEighthOfASmallInbox() {
    assertThat(waitingBesideFloods(3, 16)).isEqualTo(14);
  }

  @Test
  void aFloodLeavesRoomWhereWhatIsLateIsShed() {
    try (WorkerPool sheds =
        WorkerPools.over(guests)
            .workers(1)
            .inboxCapacity(16)
            .overflow(Overflow.SHED_LATE)
            .drainTimeout(SHORT)
            .build()) {
      holdUp(sheds);
      flood(sheds, "echo");
      assertThat(sheds.metrics().waiting()).isEqualTo(14);
      CompletableFuture<Reply> quiet =
          sheds.invoke(Invocation.of("echo", "").withTenant("quiet")).toFuture();
      guests.open();
      assertThat(quiet).succeedsWithin(LONG);
    }
  }

  @Test
  void whatRunsTakesNoRoom() {
    try (WorkerPool wide =
        WorkerPools.over(guests).workers(16).inboxCapacity(16).drainTimeout(SHORT).build()) {
      for (int i = 0; i < 14; i++) {
        wide.invoke(Invocation.of("gate", "").withTenant("runs")).subscribe();
      }
      await().until(() -> guests.started.get() == 14);
      for (int i = 0; i < 2; i++) {
        wide.invoke(Invocation.of("gate", "").withTenant("flood")).subscribe();
      }
      await().until(() -> guests.started.get() == 16);
      flood(wide, "gate");
      assertThat(wide.metrics().waiting()).isEqualTo(14);
      CompletableFuture<Reply> one =
          wide.invoke(Invocation.of("echo", "").withTenant("runs")).toFuture();
      guests.open();
      assertThat(one).succeedsWithin(LONG);
    }
  }

  @Test
  void aFloodAndStreamsTogetherLeaveAPlace() {
    try (WorkerPool large =
        WorkerPools.over(guests).workers(1).inboxCapacity(64).drainTimeout(SHORT).build()) {
      holdUp(large);
      flood(large, "echo");
      List<Disposable> streams = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        streams.add(large.invokeAll(endless("streams")).subscribe());
      }
      assertThat(large.metrics().waiting()).isEqualTo(63);
      CompletableFuture<Reply> quiet =
          large.invoke(Invocation.of("echo", "").withTenant("quiet")).toFuture();
      guests.open();
      assertThat(quiet).succeedsWithin(LONG);
      streams.forEach(Disposable::dispose);
    }
  }

  private static Flux<Invocation> endless(String tenant) {
    return Flux.<Invocation>generate(
        sink -> sink.next(Invocation.of("echo", "").withTenant(tenant)));
  }

  @Test
  void manyStreamsOfATenantLeaveRoomAndTurnsToAnother() {
    try (WorkerPool large =
        WorkerPools.over(guests).workers(1).inboxCapacity(64).drainTimeout(SHORT).build()) {
      holdUp(large);
      AtomicInteger flood = new AtomicInteger();
      List<Disposable> streams = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        streams.add(large.invokeAll(endless("flood")).subscribe(reply -> flood.incrementAndGet()));
      }
      assertThat(large.metrics().waiting()).isEqualTo(56);
      CompletableFuture<Reply> one =
          large.invoke(Invocation.of("echo", "").withTenant("quiet")).toFuture();
      assertThat(large.metrics().waiting()).isEqualTo(57);
      CompletableFuture<Integer> between =
          large.invokeAll(endless("other").take(50)).count().map(count -> flood.get()).toFuture();
      guests.open();
      assertThat(one).succeedsWithin(LONG);
      assertThat(between)
          .succeedsWithin(LONG)
          .asInstanceOf(InstanceOfAssertFactories.INTEGER)
          .as("of its 40 streams, each of which had a turn for each of the other's before")
          .isLessThan(400);
      streams.forEach(Disposable::dispose);
    }
  }

  @Test
  void aTenantThatIsAloneHasAllRoom() {
    try (pool) {
      pool.invoke(Invocation.of("gate", "").withTenant("alone")).subscribe();
      await().until(() -> guests.started.get() == 1);
      assertThat(refused(flood("alone"))).isEqualTo(FLOOD - 16);
      guests.open();
    }
  }

  @Test
  void whatEndsOtherwiseThanByARunGivesItsPartBack() {
    try (pool) {
      holdUp();
      for (int round = 0; round < 3; round++) {
        List<Disposable> cancelled = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
          cancelled.add(pool.invoke(Invocation.of("echo", "").withTenant("a")).subscribe());
        }
        assertThat(pool.metrics().waiting()).isEqualTo(14);
        cancelled.forEach(Disposable::dispose);
        List<CompletableFuture<Reply>> expired = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
          Invocation late = Invocation.of("echo", "").withTenant("a");
          expired.add(pool.invoke(late.withDeadline(Duration.ofMillis(1))).toFuture());
        }
        await().until(() -> refused(expired) == 14);
        assertThat(pool.metrics().waiting()).isZero();
      }
      List<CompletableFuture<Reply>> own = List.of(send("a"));
      assertThat(refused(flood("b"))).isEqualTo(FLOOD - 13);
      assertThat(refused(List.of(send("a")))).as("it has less than its part").isZero();
      guests.open();
      assertThat(own).allSatisfy(one -> assertThat(one).succeedsWithin(LONG));
    }
  }
}
