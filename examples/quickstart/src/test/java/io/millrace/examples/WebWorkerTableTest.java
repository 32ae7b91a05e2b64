package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.MessagePort;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/**
 * The table of what a browser's Web Workers do and what workers do here, row by row: a worker's
 * life and its messages. What crosses is in {@link WebWorkerMemoryTest}, growth and waits in {@link
 * WebWorkerGrowthAndWaitTest}.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WebWorkerTableTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final InstancePool guests = Guests.posting().build();
  private final WorkerPool worker = WorkerPools.over(guests).workers(1).inboxCapacity(64).build();

  @AfterEach
  void close() {
    worker.terminate();
    guests.close();
  }

  private static Invocation echo(String text) {
    return Invocation.of("echo", text);
  }

  @Test
  @DisplayName("new Worker(url) starts in parallel; messages queue until it has started")
  void messagesQueueBeforeTheInstanceExists() {
    HeldGuests held = new HeldGuests(guests);
    try (WorkerPool pool = WorkerPools.over(held).workers(1).build()) {
      MessagePort port = pool.connect(echo(""));
      port.post(Payload.utf8("early"));
      assertThat(guests.metrics().instancesCreated()).as("not waited for").isZero();
      held.letGo();
      port.close();
      assertThat(port.messages().map(String::new).collectList().block(LONG))
          .containsExactly("early");
      assertThat(guests.metrics().instancesCreated()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("one event loop, FIFO")
  void messagesOfOnePortKeepTheirOrder() {
    MessagePort port = worker.connect(echo(""));
    List<String> sent = IntStream.range(0, 50).mapToObj(i -> "" + i).toList();
    sent.forEach(each -> port.post(Payload.utf8(each)));
    port.close();
    assertThat(port.messages().map(String::new).collectList().block(LONG)).isEqualTo(sent);
  }

  @Test
  @DisplayName("terminate(): discards queued tasks, aborts the running script, no further message")
  void terminateAnswersAllWithAnErrorAndStopsTheGuest() {
    assertThat(bytes("count")).isEmpty();
    assertThat(bytes("count")).as("the instance counts").hasSize(1);
    MessagePort running = worker.connect(Invocation.of("spin", ""));
    MessagePort behind = worker.connect(echo(""));
    List<String> messages = new CopyOnWriteArrayList<>();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    List<Throwable> ended = new CopyOnWriteArrayList<>();
    for (MessagePort port : List.of(running, behind)) {
      port.messages().map(String::new).subscribe(messages::add, ended::add);
      port.errors().subscribe(failures::add);
    }
    running.post(Payload.utf8("runs"));
    await().untilAsserted(() -> assertThat(worker.metrics().running()).isEqualTo(1));
    running.post(Payload.utf8("queued behind it"));
    behind.post(Payload.utf8("queued"));
    worker
        .invoke(echo("queued, too"))
        .subscribe(reply -> messages.add(reply.utf8()), failures::add);

    worker.terminate();

    await().untilAsserted(() -> assertThat(failures).hasSize(4));
    assertThat(failures).allMatch(WorkerException.WorkerTerminated.class::isInstance);
    await().untilAsserted(() -> assertThat(ended).hasSize(2));
    assertThat(ended).allMatch(WorkerException.WorkerTerminated.class::isInstance);
    await().untilAsserted(() -> assertThat(worker.metrics().liveWorkers()).isZero());
    assertThat(worker.metrics().abandonedWorkers()).as("the guest was stopped").isZero();
    assertThat(messages).isEmpty();
    assertThatThrownBy(() -> behind.post(Payload.utf8("late")))
        .isInstanceOf(WorkerException.PoolClosed.class);
    StepVerifier.create(worker.invoke(echo("late")))
        .expectError(WorkerException.PoolClosed.class)
        .verify(LONG);
  }

  @Test
  @DisplayName("terminate(): the instance is never used again")
  void theInstanceOfATerminatedWorkerIsRetired() {
    assertThat(bytes("count")).isEmpty();
    worker.invoke(Invocation.of("spin", "")).onErrorComplete().subscribe();
    await().untilAsserted(() -> assertThat(worker.metrics().running()).isEqualTo(1));

    worker.terminate();

    await().untilAsserted(() -> assertThat(guests.metrics().instancesRetired()).isEqualTo(1));
    try (WorkerPool next = WorkerPools.over(guests).workers(1).build()) {
      assertThat(
              Objects.requireNonNull(next.invoke(Invocation.of("count", "")).block(LONG)).bytes())
          .as("one that has counted nothing")
          .isEmpty();
    }
    assertThat(guests.metrics().instancesCreated()).isGreaterThanOrEqualTo(2);
    assertThat(guests.metrics().resets()).isZero();
  }

  @Test
  @DisplayName("terminate(): messages on their way are dropped (HTML, \"terminate a worker\", 4)")
  void messagesOnTheirWayToTheSubscriberAreDropped() {
    MessagePort port = worker.connect(Invocation.of("prefixes", ""));
    MessagePort done = worker.connect(echo("").withKey("done"));
    HandCranked subscriber = new HandCranked();
    HandCranked ofWhatHasRun = new HandCranked();
    port.messages().subscribe(subscriber);
    done.messages().subscribe(ofWhatHasRun);
    IntStream.range(0, 3).forEach(i -> done.post(Payload.utf8("x")));
    done.close();
    await().untilAsserted(() -> assertThat(worker.metrics().completed()).isEqualTo(3));
    port.post(Payload.utf8("x".repeat(1_000)));
    await().untilAsserted(() -> assertThat(subscriber.lengths).containsExactly(1));
    await().untilAsserted(() -> assertThat(ofWhatHasRun.lengths).containsExactly(1));

    worker.terminate();
    List.of(subscriber, ofWhatHasRun).forEach(BaseSubscriber::requestUnbounded);

    for (HandCranked each : List.of(subscriber, ofWhatHasRun)) {
      await().untilAsserted(() -> assertThat(each.failures).hasSize(1));
      assertThat(each.failures.get(0)).isInstanceOf(WorkerException.WorkerTerminated.class);
      assertThat(each.lengths).containsExactly(1);
    }
    assertThat(port.errors().collectList().block(LONG)).as("the port has ended").isEmpty();
  }

  /** Takes one message, and the others when it is told to. */
  private static final class HandCranked extends BaseSubscriber<byte[]> {
    final List<Integer> lengths = new CopyOnWriteArrayList<>();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      request(1);
    }

    @Override
    protected void hookOnNext(byte[] message) {
      lengths.add(message.length);
    }

    @Override
    protected void hookOnError(Throwable failure) {
      failures.add(failure);
    }
  }

  @Test
  @DisplayName("close(): what was queued still runs")
  void closeLetsQueuedMessagesRun() {
    List<String> replies = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 20; i++) {
      worker.invoke(echo("" + i)).subscribe(reply -> replies.add(reply.utf8()));
    }
    StepVerifier.create(worker.closeGracefully()).expectComplete().verify(LONG);
    assertThat(replies).hasSize(20);
  }

  @Test
  @DisplayName("error event: a trap fails its own invocation only, and is published")
  void aTrapIsPublishedAsAnEvent() {
    List<WorkerEvent> events = new CopyOnWriteArrayList<>();
    worker.events().subscribe(events::add);
    StepVerifier.create(worker.invoke(Invocation.of("trap", "")))
        .expectError(WorkerException.GuestTrap.class)
        .verify(LONG);
    assertThat(utf8(worker.invoke(echo("next")))).isEqualTo("next");
    await()
        .untilAsserted(
            () ->
                assertThat(events)
                    .hasAtLeastOneElementOfType(WorkerEvent.InvocationFailed.class)
                    .filteredOn(WorkerEvent.InstanceRetired.class::isInstance)
                    .singleElement()
                    .extracting(retired -> ((WorkerEvent.InstanceRetired) retired).reason())
                    .asString()
                    .startsWith("trap trapped: ")
                    .as("advice is for the caller")
                    .doesNotContain(";"));
  }

  @Test
  @DisplayName("messageerror: bytes that cannot be read fail their own message only")
  void bytesThatCannotBeReadAreAMessageError() {
    List<WorkerEvent> events = new CopyOnWriteArrayList<>();
    worker.events().subscribe(events::add);
    Invocation call =
        echo("x")
            .withReceiver(
                reply -> {
                  throw new IllegalArgumentException("unreadable");
                });
    StepVerifier.create(worker.invoke(call))
        .expectError(WorkerException.CodecFailed.class)
        .verify(LONG);
    assertThat(utf8(worker.invoke(echo("next")))).isEqualTo("next");
    await().untilAsserted(() -> assertThat(events).hasSize(1));
  }

  @Test
  @DisplayName("a claim: fill the worker's own memory, then post")
  void aClaimIsFilledBeforeItIsPosted() {
    try (Claim claim =
        Objects.requireNonNull(
            worker.claim(Invocation.of("echo", Payload.reserved(2))).block(LONG))) {
      claim.slice().write(0, new byte[] {'o', 'k'}, 0, 2);
      assertThat(utf8(claim.commit())).isEqualTo("ok");
    }
  }

  private byte[] bytes(String function) {
    return Objects.requireNonNull(worker.invoke(Invocation.of(function, "")).block(LONG)).bytes();
  }

  private static String utf8(Mono<Reply> reply) {
    return Objects.requireNonNull(reply.block(LONG)).utf8();
  }
}
