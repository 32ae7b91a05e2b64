package io.millrace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.instance.InstancePool;
import io.millrace.memory.BumpArena;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceArena;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.MessagePort;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/**
 * The table of what a browser's Web Workers do and what workers do here: the rows of what crosses.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WebWorkerMemoryTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final InstancePool sharing = Guests.shared().build();
  private final HeldGuests held = new HeldGuests(sharing);
  private final WorkerPool pool = WorkerPools.over(held).workers(1).inboxCapacity(8).build();
  private final MessagePort port = pool.connect(Invocation.of("echo", ""));

  @AfterEach
  void close() {
    pool.terminate();
    sharing.close();
  }

  private SliceArena arena() {
    return Objects.requireNonNull(sharing.sharedArena(null, 1 << 16).block(LONG));
  }

  /** What came back through the port when all that was posted has run. */
  private List<String> answers() {
    held.letGo();
    port.close();
    return Objects.requireNonNull(
        port.messages().map(bytes -> new String(bytes, UTF_8)).collectList().block(LONG));
  }

  @Test
  @DisplayName(
      "postMessage(v) clones: what the sender does to its array or buffer later is not seen")
  void whatIsPostedIsACloneFromThenOn() {
    byte[] array = "array".getBytes(UTF_8);
    ByteBuffer heap = ByteBuffer.wrap("-heap-".getBytes(UTF_8), 1, 4);
    ByteBuffer direct = ByteBuffer.allocateDirect(6).put("direct".getBytes(UTF_8)).flip();
    port.post(Payload.copied(array, 1, 4));
    port.post(Payload.copied(heap));
    port.post(Payload.copied(direct));
    array[1] = 'X';
    heap.put(1, (byte) 'X');
    direct.put(0, (byte) 'X');
    assertThat(answers()).containsExactly("rray", "heap", "direct");
  }

  @Test
  @DisplayName("postMessage(v, [t]) transfers and detaches")
  void whatIsTransferredIsTheSendersNoMore() {
    SliceArena arena = arena();
    Slice one = text(arena, "one");
    List<Slice> two = List.of(text(arena, "two"), text(arena, "three"));
    port.post(Payload.transferred(one));
    port.post(Payload.transferred(two));
    for (Slice each : List.of(one, two.get(0), two.get(1))) {
      assertThatThrownBy(() -> each.putByte(0, (byte) 'X'))
          .as("before any guest had it")
          .isInstanceOf(SliceStateException.class)
          .hasMessageContaining("was transferred");
    }
    assertThat(answers()).hasSize(2).first().isEqualTo("one");
    await().untilAsserted(() -> assertThat(arena.liveSlices()).isZero());
  }

  @Test
  @DisplayName("postMessage(v, [t]) transfers and detaches: an invocation when it is subscribed to")
  void anInvocationTransfersWhenItIsAccepted() {
    held.letGo();
    SliceArena arena = arena();
    Slice slice = text(arena, "moved");
    Mono<Reply> call = pool.invoke(Invocation.of("echo", Payload.transferred(slice)));
    assertThat(slice.isLive()).as("nothing was posted yet").isTrue();
    assertThat(utf8(call)).isEqualTo("moved");
    assertThat(slice.isLive()).isFalse();
    await().untilAsserted(() -> assertThat(arena.liveSlices()).isZero());
    StepVerifier.create(call).expectError(WorkerException.SliceMisuse.class).verify(LONG);
  }

  @Test
  @DisplayName("a duplicate in one transfer list is refused, and nothing detaches")
  void aDuplicateInATransferListIsRefused() {
    SliceArena arena = arena();
    Slice twice = text(arena, "twice");
    Slice once = text(arena, "once");
    assertThatThrownBy(() -> port.post(Payload.transferred(List.of(twice, once, twice))))
        .isInstanceOf(WorkerException.SliceMisuse.class)
        .hasMessageContaining("twice");
    port.post(Payload.transferred(once));
    port.post(Payload.transferred(twice));
    assertThat(answers()).containsExactly("once", "twice");
  }

  @Test
  @DisplayName("a failed post leaves everything attached: one of the list is gone")
  void aListWithADeadSliceDetachesNothing() {
    SliceArena arena = arena();
    Slice gone = text(arena, "gone");
    gone.tryRelease();
    Slice kept = text(arena, "kept");
    assertThatThrownBy(() -> port.post(Payload.transferred(List.of(kept, gone))))
        .isInstanceOf(WorkerException.SliceMisuse.class);
    port.post(Payload.transferred(kept));
    assertThat(answers()).containsExactly("kept");
  }

  @Test
  @DisplayName("a failed post leaves everything attached: the port is closed, or the pool")
  void aPostToWhatIsClosedDetachesNothing() {
    Slice slice = text(arena(), "kept");
    port.close();
    assertThatThrownBy(() -> port.post(Payload.transferred(slice)))
        .isInstanceOf(WorkerException.PoolClosed.class);
    MessagePort ofThePool = pool.connect(Invocation.of("echo", ""));
    pool.terminate();
    assertThatThrownBy(() -> ofThePool.post(Payload.transferred(slice)))
        .isInstanceOf(WorkerException.PoolClosed.class);
    assertStillTheSenders(slice, "kept");
  }

  @Test
  @DisplayName("a failed post leaves everything attached: the inbox is full")
  void aPostToAFullInboxDetachesNothing() {
    Slice slice = text(arena(), "kept");
    try (WorkerPool full = WorkerPools.over(sharing).workers(1).inboxCapacity(1).build()) {
      full.invoke(Invocation.of("spin", "")).onErrorComplete().subscribe();
      await().untilAsserted(() -> assertThat(full.metrics().running()).isEqualTo(1));
      MessagePort busy = full.connect(Invocation.of("echo", ""));
      busy.post(Payload.utf8("the one that may wait"));
      assertThatThrownBy(() -> busy.post(Payload.transferred(slice)))
          .isInstanceOf(WorkerException.InboxFull.class);
      full.terminate();
    }
    assertStillTheSenders(slice, "kept");
  }

  /** It can be read, and sent by another pool. */
  private void assertStillTheSenders(Slice slice, String text) {
    assertThat(slice.isLive()).isTrue();
    try (WorkerPool next = WorkerPools.over(sharing).workers(1).build()) {
      assertThat(utf8(next.invoke(Invocation.of("echo", Payload.transferred(slice)))))
          .isEqualTo(text);
    }
    assertThat(slice.isLive()).isFalse();
  }

  @Test
  @DisplayName("SharedArrayBuffer is shared")
  void whatIsSharedIsSeenByAllAndStaysTheCallers() {
    Slice slice = text(arena(), "ours");
    port.post(Payload.shared(slice));
    slice.putByte(0, (byte) 'O');
    assertThat(answers()).as("no clone").containsExactly("Ours");
    slice.putByte(1, (byte) 'U');
    assertThat(utf8(pool.invoke(Invocation.of("echo", Payload.shared(slice))))).isEqualTo("OUrs");
  }

  @Test
  @DisplayName(
      "SharedArrayBuffer is shared: one that is gone when the guest wants it fails its message")
  void aSharedSliceThatIsReleasedTooEarlyIsRefused() {
    Slice slice = text(arena(), "gone");
    Mono<WorkerException> error = port.errors().next().cache();
    error.subscribe();
    port.post(Payload.shared(slice));
    port.post(Payload.utf8("next"));
    slice.tryRelease();
    assertThat(answers()).containsExactly("next");
    assertThat(error.block(LONG))
        .isInstanceOf(WorkerException.SliceMisuse.class)
        .hasMessageContaining("released");
  }

  @Test
  @DisplayName("a failed post leaves everything attached: one of the list is of another memory")
  void aListWithASliceOfAnotherMemoryDetachesNothing() {
    Slice ours = text(arena(), "ours");
    Slice foreign = text(anotherMemory(), "theirs");
    for (List<Slice> list : List.of(List.of(ours, foreign), List.of(foreign))) {
      assertThatThrownBy(() -> port.post(Payload.transferred(list)))
          .isInstanceOf(WorkerException.SliceMisuse.class)
          .hasMessageContaining("is not of the memory that the guests share");
    }
    assertThat(foreign.isLive()).isTrue();
    port.post(Payload.transferred(ours));
    assertThat(answers()).containsExactly("ours");
  }

  private static SliceArena anotherMemory() {
    return new BumpArena(new PrivateLinearMemory(new PageLimits(1, 1)), 0, 65_536);
  }

  @Test
  @DisplayName("a slice of another memory does not cross")
  void aSliceOfAnotherMemoryIsRefused() {
    held.letGo();
    SliceArena other = anotherMemory();
    StepVerifier.create(pool.invoke(Invocation.of("echo", Payload.shared(other.allocate(4, 8)))))
        .expectErrorSatisfies(
            thrown ->
                assertThat(thrown)
                    .isInstanceOf(WorkerException.SliceMisuse.class)
                    .hasMessageContaining("is not of the memory that the guests share"))
        .verify(LONG);
  }

  private static Slice text(SliceArena arena, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    Slice slice = arena.allocate(bytes.length, 8);
    slice.write(0, bytes, 0, bytes.length);
    return slice;
  }

  private static String utf8(Mono<Reply> reply) {
    return Objects.requireNonNull(reply.block(LONG)).utf8();
  }
}
