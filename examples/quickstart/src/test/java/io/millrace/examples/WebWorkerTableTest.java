package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.instance.InstancePool;
import io.millrace.memory.BumpArena;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.SharedLinearMemory;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceArena;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.MessagePort;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import io.millrace.scheduler.WorkerPools;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The table of what a browser's Web Workers do and what workers do here, row by row. */
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

  private static InstancePool sharing() {
    return Guests.shared().build();
  }

  private static SliceArena arena(InstancePool sharing) {
    return Objects.requireNonNull(sharing.sharedArena(null, 1 << 16).block(LONG));
  }

  @Test
  @DisplayName("new Worker(url) starts in parallel; messages queue until it has started")
  void messagesQueueBeforeTheInstanceExists() {
    CountDownLatch mayStart = new CountDownLatch(1);
    try (WorkerPool pool = WorkerPools.over(startingAfter(mayStart)).workers(1).build()) {
      MessagePort port = pool.connect(echo(""));
      port.post(Payload.utf8("early"));
      assertThat(guests.metrics().instancesCreated()).as("not waited for").isZero();
      mayStart.countDown();
      port.close();
      assertThat(port.messages().map(String::new).collectList().block(LONG))
          .containsExactly("early");
      assertThat(guests.metrics().instancesCreated()).isEqualTo(1);
    }
  }

  private GuestSource startingAfter(CountDownLatch mayStart) {
    return () -> {
      GuestLease lease = guests.lease();
      return new GuestLease() {
        @Override
        public Guest guest(@Nullable String tenant) {
          try {
            mayStart.await();
          } catch (InterruptedException stop) {
            throw new WorkerException.WorkerTerminated("stopped before its start", stop);
          }
          return lease.guest(tenant);
        }

        @Override
        public void close() {
          lease.close();
        }
      };
    };
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
  @DisplayName("postMessage(v) clones")
  void whatIsCopiedStaysTheSenders() {
    byte[] bytes = {1, 2, 3};
    Reply reply = Objects.requireNonNull(worker.invoke(Invocation.of("echo", bytes)).block(LONG));
    bytes[0] = 9;
    assertThat(reply.bytes()).containsExactly(1, 2, 3);
  }

  @Test
  @DisplayName("postMessage(v, [t]) transfers and detaches")
  void whatIsTransferredIsTheSendersNoMore() {
    try (InstancePool sharing = sharing();
        WorkerPool pool = WorkerPools.over(sharing).workers(2).inboxCapacity(4).build()) {
      SliceArena arena = arena(sharing);
      Slice slice = text(arena, "moved");
      Mono<Reply> call = pool.invoke(Invocation.of("echo", Payload.transferred(slice)));
      assertThat(slice.isLive()).as("nothing was posted yet").isTrue();
      assertThat(utf8(call)).isEqualTo("moved");
      assertThatThrownBy(() -> slice.getByte(0))
          .isInstanceOf(SliceStateException.class)
          .hasMessageContaining("was transferred");
      await().untilAsserted(() -> assertThat(arena.liveSlices()).isZero());
      StepVerifier.create(call).expectError(WorkerException.SliceMisuse.class).verify(LONG);
    }
  }

  @Test
  @DisplayName("a duplicate in one transfer list is refused, and nothing detaches")
  void aDuplicateInATransferListIsRefused() {
    try (InstancePool sharing = sharing();
        WorkerPool pool = WorkerPools.over(sharing).workers(1).inboxCapacity(4).build()) {
      Slice slice = text(arena(sharing), "twice");
      try (MessagePort port = pool.connect(echo(""))) {
        assertThatThrownBy(() -> port.post(Payload.transferred(List.of(slice, slice))))
            .isInstanceOf(WorkerException.SliceMisuse.class)
            .hasMessageContaining("twice");
      }
      assertThat(slice.isLive()).isTrue();
    }
  }

  @Test
  @DisplayName("a failed post leaves everything attached")
  void aPostThatFailsDetachesNothing() {
    try (InstancePool sharing = sharing();
        WorkerPool pool = WorkerPools.over(sharing).workers(1).inboxCapacity(1).build()) {
      Slice slice = text(arena(sharing), "kept");
      MessagePort closed = pool.connect(echo(""));
      closed.close();
      assertThatThrownBy(() -> closed.post(Payload.transferred(slice)))
          .isInstanceOf(WorkerException.PoolClosed.class);
      assertThat(slice.isLive()).isTrue();
      MessagePort busy =
          pool.connect(Invocation.of("spin", "").withDeadline(Duration.ofSeconds(1)));
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 3; i++) {
                  busy.post(i == 2 ? Payload.transferred(slice) : Payload.utf8(""));
                }
              })
          .isInstanceOf(WorkerException.InboxFull.class);
      assertThat(slice.isLive()).isTrue();
      pool.terminate();
    }
  }

  @Test
  @DisplayName("SharedArrayBuffer is shared")
  void whatIsSharedIsSeenByAllAndStaysTheCallers() {
    try (InstancePool sharing = sharing();
        WorkerPool pool = WorkerPools.over(sharing).workers(2).inboxCapacity(4).build()) {
      Slice slice = text(arena(sharing), "ours");
      Invocation call = Invocation.of("echo", Payload.shared(slice));
      assertThat(utf8(pool.invoke(call))).isEqualTo("ours");
      slice.putByte(0, (byte) 'O');
      assertThat(utf8(pool.invoke(call))).isEqualTo("Ours");
    }
  }

  @Test
  @DisplayName("a slice of another memory does not cross")
  void aSliceOfAnotherMemoryIsRefused() {
    SliceArena other = new BumpArena(new PrivateLinearMemory(new PageLimits(1, 1)), 0, 65_536);
    Slice slice = other.allocate(4, 8);
    StepVerifier.create(worker.invoke(Invocation.of("echo", Payload.shared(slice))))
        .expectErrorSatisfies(
            thrown ->
                assertThat(thrown)
                    .isInstanceOf(WorkerException.SliceMisuse.class)
                    .hasMessageContaining("is not of the memory that the guests share"))
        .verify(LONG);
  }

  @Test
  @DisplayName("memory.grow detaches the old ArrayBuffer; a slice outlives growth")
  void aSliceStaysValidWhenTheMemoryGrows() {
    PrivateLinearMemory memory = new PrivateLinearMemory(new PageLimits(1, 4));
    Slice slice = new BumpArena(memory, 0, 1024).allocate(8, 8);
    ByteBuffer before = slice.view();
    assertThat(memory.grow(1)).isEqualTo(1);
    slice.putInt(0, 42);
    assertThat(before.getInt(0)).as("a view shows the old array").isZero();
    assertThat(slice.getInt(0)).isEqualTo(42);
  }

  @Test
  @DisplayName("terminate(): discards queued tasks, aborts the running script, no further message")
  void terminateAnswersAllWithAnErrorAndStopsTheGuest() {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 10; i++) {
      worker
          .invoke(Invocation.of(i == 0 ? "spin" : "echo", ""))
          .subscribe(reply -> failures.add(new AssertionError("a reply")), failures::add);
    }
    await().untilAsserted(() -> assertThat(worker.metrics().running()).isEqualTo(1));
    worker.terminate();
    await().untilAsserted(() -> assertThat(failures).hasSize(10));
    assertThat(failures).allMatch(WorkerException.WorkerTerminated.class::isInstance);
    await().untilAsserted(() -> assertThat(worker.metrics().liveWorkers()).isZero());
    StepVerifier.create(worker.invoke(echo("late")))
        .expectError(WorkerException.PoolClosed.class)
        .verify(LONG);
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
                    .hasAtLeastOneElementOfType(WorkerEvent.InstanceRetired.class));
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
  @DisplayName("Atomics.wait may not block the main thread")
  void aWaitIsRefusedOnReactorsNonBlockingThreads() {
    try (InstancePool sharing = sharing();
        GuestLease lease = sharing.lease()) {
      Guest guest = lease.guest(null);
      guest.call(Invocation.of("publish", "for nobody"));
      StepVerifier.create(
              Mono.fromCallable(() -> guest.call(Invocation.of("collect", "")))
                  .subscribeOn(Schedulers.parallel()))
          .expectErrorSatisfies(
              thrown ->
                  assertThat(thrown)
                      .isInstanceOf(WorkerException.GuestTrap.class)
                      .hasMessageContaining("may not block"))
          .verify(LONG);
    }
  }

  @Test
  @DisplayName("Atomics.notify wakes in FIFO order")
  void notifyWakesWhoWaitsLongest() throws InterruptedException {
    SharedLinearMemory memory = new SharedLinearMemory(new PageLimits(1, 1), () -> true);
    List<Integer> woken = Collections.synchronizedList(new ArrayList<>());
    List<Thread> waiters = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      Thread waiter =
          new Thread(
              () -> {
                try {
                  memory.waitInt(0, 0, -1);
                  woken.add(number);
                } catch (InterruptedException stop) {
                  woken.add(-1);
                }
              });
      waiter.start();
      waiters.add(waiter);
      await().until(() -> waiter.getState() == Thread.State.WAITING);
    }
    for (int i = 0; i < 4; i++) {
      int soFar = i + 1;
      assertThat(memory.notify(0, 1)).isEqualTo(1);
      await().until(() -> woken.size() == soFar);
    }
    for (Thread each : waiters) {
      each.join();
    }
    assertThat(woken).containsExactly(0, 1, 2, 3);
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

  private static Slice text(SliceArena arena, String text) {
    Slice slice = arena.allocate(text.length(), 8);
    for (int i = 0; i < text.length(); i++) {
      slice.putByte(i, (byte) text.charAt(i));
    }
    return slice;
  }

  private static String utf8(Mono<Reply> reply) {
    return Objects.requireNonNull(reply.block(LONG)).utf8();
  }
}
