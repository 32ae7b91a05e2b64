package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.Codecs;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.Receiver;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PostMessageTest {

  /**
   * {@code post} posts its payload and answers the errno, as an empty reply with that address;
   * {@code lie} posts what lies behind the end, {@code long} nine bytes; {@code twice} posts its
   * payload twice; {@code trap} posts it and traps.
   */
  private static final byte[] POSTING =
      new WasmBuilder()
          .memory(2, 2)
          .imported("millrace", "post_message", types(I32, I32), types(I32))
          .allocator(1024)
          .function(
              "post", types(I32, I32), types(I64), 0x20, 0, 0x20, 1, 0x10, 0, 0xAD, 0x42, 32, 0x86)
          .function(
              "lie",
              types(I32, I32),
              types(I64),
              0x41,
              0x7F,
              0x20,
              1,
              0x10,
              0,
              0xAD,
              0x42,
              32,
              0x86)
          .function(
              "long", types(I32, I32), types(I64), 0x20, 0, 0x41, 9, 0x10, 0, 0xAD, 0x42, 32, 0x86)
          .function("trap", types(I32, I32), types(I64), 0x20, 0, 0x20, 1, 0x10, 0, 0x1A, 0x00)
          .function(
              "twice",
              types(I32, I32),
              types(I64),
              0x20,
              0,
              0x20,
              1,
              0x10,
              0,
              0x1A,
              0x20,
              0,
              0x20,
              1,
              0x10,
              0,
              0xAD,
              0x42,
              32,
              0x86)
          .build();

  /** Keeps messages, and the errno that the guest got. */
  private static final class Recorder implements Receiver {

    private final List<String> messages = new ArrayList<>();
    private @Nullable Slice kept;

    @Override
    public Object reply(Slice reply) {
      return reply.offset();
    }

    @Override
    public boolean message(Slice message) {
      kept = message;
      return messages.add(Codecs.utf8().decode(message));
    }
  }

  private static Invocation post(String function, @Nullable Receiver receiver) {
    return Invocation.of(function, "hello").withReceiver(receiver);
  }

  @Test
  void aMessageIsReadInTheGuestsMemory() {
    Recorder recorder = new Recorder();
    try (InstancePool pool = Guests.pool(POSTING);
        GuestLease lease = pool.lease()) {
      assertThat(lease.guest(null).call(post("post", recorder))).isEqualTo(0);
      assertThat(recorder.messages).containsExactly("hello");
      Slice kept = Objects.requireNonNull(recorder.kept);
      assertThatThrownBy(() -> kept.getByte(0)).isInstanceOf(SliceStateException.class);
      assertThat(lease.guest(null).cost().hostCalls()).isEqualTo(1);
    }
  }

  @Test
  void withoutAnybodyWhoWantsMessagesTheGuestIsToldSo() {
    Receiver wantsNone = Slice::offset;
    try (InstancePool pool = Guests.pool(POSTING);
        GuestLease lease = pool.lease()) {
      assertThat(lease.guest(null).call(post("post", wantsNone))).isEqualTo(58);
      assertThat(lease.guest(null).invoke(post("post", null))).isEmpty();
    }
  }

  @Test
  void aMessageThatDoesNotLieInMemoryIsRefused() {
    Recorder recorder = new Recorder();
    try (InstancePool pool = Guests.pool(POSTING);
        GuestLease lease = pool.lease()) {
      assertThat(lease.guest(null).call(post("lie", recorder))).isEqualTo(21);
      assertThat(recorder.messages).isEmpty();
    }
  }

  @Test
  void aMessageLongerThanPayloadsMayBeIsRefused() {
    Recorder recorder = new Recorder();
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("posting.wasm", POSTING))
                .payloadLimitBytes(8)
                .build();
        GuestLease lease = pool.lease()) {
      assertThat(lease.guest(null).call(post("post", recorder))).isEqualTo(0);
      assertThat(lease.guest(null).call(post("long", recorder))).isEqualTo(35);
      assertThat(recorder.messages).containsExactly("hello");
    }
  }

  @Test
  void whatTheReceiverThrewIsToldAlsoIfTheGuestTrapsLater() {
    Receiver throwing =
        new Receiver() {
          @Override
          public Object reply(Slice reply) {
            return reply.offset();
          }

          @Override
          public boolean message(Slice message) {
            throw new IllegalStateException("mine");
          }
        };
    try (InstancePool pool = Guests.pool(POSTING);
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> lease.guest(null).call(post("trap", throwing)))
          .isInstanceOf(WorkerException.CodecFailed.class)
          .hasMessageStartingWith("trap: the codec failed to decode: mine")
          .satisfies(
              failure ->
                  assertThat(failure.getSuppressed())
                      .singleElement()
                      .isInstanceOf(WorkerException.GuestTrap.class));
      assertThat(lease.guest(null).call(post("post", new Recorder()))).isEqualTo(0);
      assertThat(pool.metrics().instancesRetired()).isEqualTo(1);
    }
  }

  @Test
  void aReceiverThatThrowsEndsItsOwnInvocationAndCostsNoInstance() {
    AtomicInteger asked = new AtomicInteger();
    Receiver throwing =
        new Receiver() {
          @Override
          public Object reply(Slice reply) {
            asked.incrementAndGet();
            return reply.offset();
          }

          @Override
          public boolean message(Slice message) {
            asked.incrementAndGet();
            throw new IllegalStateException("mine");
          }
        };
    try (InstancePool pool = Guests.pool(POSTING);
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> lease.guest(null).call(post("twice", throwing)))
          .isInstanceOf(WorkerException.CodecFailed.class)
          .hasMessageStartingWith("twice: the codec failed to decode: mine");
      assertThat(asked).as("and not again").hasValue(1);
      Recorder next = new Recorder();
      assertThat(lease.guest(null).call(post("post", next))).isEqualTo(0);
      assertThat(next.messages).containsExactly("hello");
      assertThat(pool.metrics().instancesRetired()).isZero();
    }
  }
}
