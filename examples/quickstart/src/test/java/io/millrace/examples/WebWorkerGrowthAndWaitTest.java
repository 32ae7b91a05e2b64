package io.millrace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.instance.InstancePool;
import io.millrace.instance.MemoryOf;
import io.millrace.memory.BumpArena;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceArena;
import io.millrace.pipeline.Codec;
import io.millrace.pipeline.Codecs;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.scheduler.WorkerPools;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/**
 * The table of what a browser's Web Workers do and what workers do here: the rows of a memory that
 * grows, and of threads that wait in one.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WebWorkerGrowthAndWaitTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  @ParameterizedTest(name = "with dirty tracking: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("memory.grow detaches the old ArrayBuffer; a slice outlives growth, a view does not")
  void aSliceIsTheGuestsMemoryAfterItHasGrown(boolean tracked) {
    try (InstancePool guests = Guests.posting().dirtyTracking(tracked).build();
        GuestLease lease = guests.lease()) {
      Guest guest = lease.guest(null);
      LinearMemory memory = MemoryOf.guest(guest);
      Slice slice = new BumpArena(memory, PostingGuest.CELL, 64).allocate(4, 4);
      slice.write(0, "live".getBytes(UTF_8), 0, 4);
      ByteBuffer before = slice.view();
      int pages = memory.pages();
      guest.call(Invocation.of("grow", "x"));
      assertThat(memory.pages()).isEqualTo(pages + 1);
      assertThat(guest.invoke(Invocation.of("cell", ""))).asString().isEqualTo("live");
      slice.putByte(0, (byte) 'L');
      before.put(1, (byte) 'X');
      assertThat(guest.invoke(Invocation.of("cell", "")))
          .as("what the slice wrote, and not what the view did")
          .asString()
          .isEqualTo("Live");
    }
  }

  @Test
  @DisplayName("memory.grow detaches the old ArrayBuffer: also in the middle of an invocation")
  void aReplyIsReadFromTheMemoryThatHasGrown() {
    AtomicReference<ByteBuffer> before = new AtomicReference<>();
    Codec<String> keeping =
        new Codec<>() {
          @Override
          public int sizeHintBytes(String value) {
            return value.length();
          }

          @Override
          public int encode(String value, Slice target) {
            before.set(target.view()); // against the rules, to see what becomes of it
            return Codecs.utf8().encode(value, target);
          }

          @Override
          public String decode(Slice source) {
            return Codecs.utf8().decode(source);
          }
        };
    try (InstancePool guests = Guests.posting().build();
        WorkerPool pool = WorkerPools.over(guests).workers(1).build()) {
      assertThat(pool.function("grow", keeping, keeping).invoke("payload").block(LONG))
          .isEqualTo("Xayload");
      assertThat(Objects.requireNonNull(before.get()).get(0)).isEqualTo((byte) 'p');
    }
  }

  @Test
  @DisplayName("memory.grow of a SharedArrayBuffer's memory detaches nothing")
  void onSharedMemorySlicesAndViewsOutliveGrowth() {
    try (InstancePool sharing = Guests.shared().build();
        WorkerPool pool = WorkerPools.over(sharing).workers(2).build()) {
      SliceArena arena = Objects.requireNonNull(sharing.sharedArena(null, 1 << 16).block(LONG));
      Slice slice = arena.allocate(4, 8);
      ByteBuffer view = slice.view().put("live".getBytes(UTF_8)).rewind();
      assertThat(pool.invoke(Invocation.of("grow", "100")).map(Reply::utf8).block(LONG))
          .isEqualTo("100");
      view.put(0, (byte) 'L');
      slice.putByte(1, (byte) 'I');
      Mono<String> echo =
          pool.invoke(Invocation.of("echo", Payload.shared(slice))).map(Reply::utf8);
      assertThat(echo.block(LONG)).isEqualTo("LIve");
    }
  }

  static Stream<Scheduler> nonBlocking() {
    return Stream.of(Schedulers.parallel(), Schedulers.single());
  }

  @ParameterizedTest
  @MethodSource("nonBlocking")
  @DisplayName("Atomics.wait may not block the main thread")
  void aWaitIsRefusedOnReactorsNonBlockingThreads(Scheduler reactors) {
    try (InstancePool guests = meeting();
        GuestLease lease = guests.lease()) {
      Guest guest = lease.guest(null);
      StepVerifier.create(
              Mono.fromCallable(() -> guest.call(Invocation.of("wait", ""))).subscribeOn(reactors))
          .expectErrorSatisfies(
              thrown ->
                  assertThat(thrown)
                      .isInstanceOf(WorkerException.GuestTrap.class)
                      .hasMessageContaining("may not block"))
          .verify(LONG);
      assertThat(lease.guest(null).invoke(Invocation.of("notify", "")))
          .as("nobody was left waiting")
          .isEmpty();
    }
  }

  @Test
  @DisplayName("Atomics.notify wakes in FIFO order")
  void notifyWakesTheGuestThatWaitsLongest() {
    int waiters = 3;
    try (InstancePool guests = meeting();
        WorkerPool pool = WorkerPools.over(guests).workers(waiters + 1).build()) {
      List<Integer> woken = new CopyOnWriteArrayList<>();
      for (int i = 0; i < waiters; i++) {
        int number = i;
        pool.invoke(Invocation.of("wait", "")).subscribe(reply -> woken.add(number));
        await().until(() -> MeetingGuest.waiting() == number + 1);
      }
      for (int i = 0; i < waiters; i++) {
        assertThat(notifyOne(pool)).isEqualTo(1);
        int soFar = i + 1;
        await().untilAsserted(() -> assertThat(woken).hasSize(soFar));
        assertThat(woken).last().isEqualTo(i);
      }
      assertThat(notifyOne(pool)).as("nobody waits any more").isZero();
    }
  }

  private static int notifyOne(WorkerPool pool) {
    return Objects.requireNonNull(pool.invoke(Invocation.of("notify", "")).block(LONG))
        .bytes()
        .length;
  }

  private static InstancePool meeting() {
    return Guests.meeting().build();
  }
}
