package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.Codec;
import io.millrace.pipeline.Codecs;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.EscapedSliceException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.Receiver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Payloads and replies that codecs write and read in the guest's memory. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EncodedPayloadTest {

  private static final Payload TEXT = Payload.encoded("text", Codecs.utf8());

  /** A codec of texts, but for what a test wants otherwise. */
  private static class Texts implements Codec<String> {
    @Override
    public int sizeHintBytes(String value) {
      return Codecs.utf8().sizeHintBytes(value);
    }

    @Override
    public int encode(String value, Slice target) {
      return Codecs.utf8().encode(value, target);
    }

    @Override
    public String decode(Slice source) {
      return Codecs.utf8().decode(source);
    }
  }

  private static Invocation echo(Payload payload, Receiver receiver) {
    return Invocation.of("echo", payload).withReceiver(receiver);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.millrace.instance.AbiTest#echoes")
  void everySizeCrossesInPlace(String name, byte[] wasm, AbiDescriptor abi) {
    long seed = 7;
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("abi.wasm", wasm)).abi(abi).build();
        GuestLease lease = pool.lease()) {
      for (int size : new int[] {0, 1, 1024, 65_535, 65_537, 1 << 20}) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        Payload payload = Payload.encoded(bytes, Codecs.bytes());
        Guest guest = lease.guest(null);
        assertThat((byte[]) guest.call(echo(payload, Codecs.bytes()::decode))).isEqualTo(bytes);
        boolean blockPerCall = abi.input() != AbiDescriptor.Input.ARENA;
        assertThat(guest.cost().copiedBytes()).isEqualTo(blockPerCall ? size : 0);
        assertThat(guest.invoke(Invocation.of("echo", bytes))).isEqualTo(bytes);
        assertThat(guest.cost().copiedBytes()).as("copied both ways").isEqualTo(2L * size);
      }
    }
  }

  @Test
  void aCodecThatGuessedTooLittleIsAskedAgain() {
    Codec<String> guessing =
        new Texts() {
          @Override
          public int sizeHintBytes(String value) {
            return -5;
          }
        };
    try (InstancePool pool =
            InstancePool.builder(Guests.digest()).moduleCache(Guests.COMPILED).build();
        GuestLease lease = pool.lease()) {
      String large = "x".repeat(100_000);
      Payload payload = Payload.encoded(large, guessing);
      assertThat(lease.guest(null).call(echo(payload, guessing::decode))).isEqualTo(large);
    }
  }

  @Test
  void aGuessOverTheLimitRefusesNothing() {
    Codec<String> guessing =
        new Texts() {
          @Override
          public int sizeHintBytes(String value) {
            return 1 << 20;
          }
        };
    try (InstancePool pool =
            InstancePool.builder(Guests.digest())
                .moduleCache(Guests.COMPILED)
                .payloadLimitBytes(1024)
                .build();
        GuestLease lease = pool.lease()) {
      Payload payload = Payload.encoded("text", guessing);
      assertThat(lease.guest(null).call(echo(payload, guessing::decode))).isEqualTo("text");
    }
  }

  @Test
  void aValueOverTheLimitIsRefusedBeforeTheGuestMakesRoomForIt() {
    int limit = 1 << 20;
    byte[] small = {1};
    byte[] large = new byte[limit + 1];
    try (InstancePool pool =
            InstancePool.builder(Guests.digest())
                .moduleCache(Guests.COMPILED)
                .payloadLimitBytes(limit)
                .build();
        GuestLease lease = pool.lease()) {
      Guest guest = lease.guest(null);
      guest.call(echo(Payload.encoded(small, Codecs.bytes()), Codecs.bytes()::decode));
      int pages = guest.cost().pages();
      assertThatThrownBy(
              () ->
                  guest.call(echo(Payload.encoded(large, Codecs.bytes()), Codecs.bytes()::decode)))
          .isInstanceOf(WorkerException.PayloadTooLarge.class);
      guest.call(echo(Payload.encoded(small, Codecs.bytes()), Codecs.bytes()::decode));
      assertThat(guest.cost().pages()).isEqualTo(pages);
      assertThat(pool.metrics().instancesRetired()).isZero();
    }
  }

  @Test
  void aBlockForEachCallShowsNothingOfAnotherTenant() {
    byte[] secret = "secret".getBytes(StandardCharsets.UTF_8);
    Payload theirs = Payload.encoded(secret, Codecs.bytes());
    Codec<String> keepingWhatIsThere =
        new Texts() {
          @Override
          public int encode(String value, Slice target) {
            return secret.length;
          }
        };
    try (InstancePool pool = AbiTest.pool(AbiTest.echoPacked(), AbiTest.PER_CALL);
        GuestLease lease = pool.lease()) {
      Guest first = lease.guest("a");
      assertThat(first.invoke(Invocation.of("echo", theirs))).isEqualTo(secret);
      Guest second = lease.guest("b");
      assertThat(second).as("the same one, reset").isSameAs(first);
      assertThat(
              second.invoke(Invocation.of("echo", Payload.encoded("abcdef", keepingWhatIsThere))))
          .containsOnly(0);
    }
  }

  private interface Encoding {
    int encode(Slice target);
  }

  private static Arguments bad(String what, String message, Encoding encoding) {
    return Arguments.of(what, message, encoding);
  }

  static Stream<Arguments> badEncoders() {
    return Stream.of(
        bad(
            "throws",
            "echo: the codec failed to encode: mine",
            target -> {
              throw new IllegalStateException("mine");
            }),
        bad(
            "recurses",
            "echo: the codec failed to encode: StackOverflowError",
            EncodedPayloadTest::recurse),
        bad(
            "writes beyond its slice",
            "echo: the codec failed to encode: 4 bytes at index 4 do not fit a slice of 4 bytes",
            target -> {
              target.putInt(4, 1);
              return 8;
            }),
        bad(
            "says it wrote more",
            "echo: the codec failed to encode: says it wrote 5 bytes, where it has 4",
            target -> 5),
        bad(
            "is never content",
            "echo: the codec failed to encode: asks for another 9 bytes, where it has 9",
            target -> -9),
        bad(
            "wants more than is allowed",
            "payload of 2147483648 bytes is over the limit of 1024 bytes",
            target -> Integer.MIN_VALUE));
  }

  @SuppressWarnings("InfiniteRecursion") // that is what it is for
  private static int recurse(Slice target) {
    return recurse(target) + 1;
  }

  @ParameterizedTest(name = "a codec that {0}")
  @MethodSource("badEncoders")
  void aBadEncoderHarmsItsOwnInvocationOnly(String what, String message, Encoding encoding) {
    Codec<String> bad =
        new Texts() {
          @Override
          public int encode(String value, Slice target) {
            return encoding.encode(target);
          }
        };
    try (InstancePool pool =
            InstancePool.builder(Guests.digest())
                .moduleCache(Guests.COMPILED)
                .payloadLimitBytes(1024)
                .build();
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(
              () -> lease.guest(null).call(Invocation.of("echo", Payload.encoded("text", bad))))
          .isInstanceOf(WorkerException.class)
          .hasMessageStartingWith(message);
      assertThat(lease.guest(null).invoke(Invocation.of("echo", TEXT)))
          .asString()
          .isEqualTo("text");
      assertThat(pool.metrics().instancesRetired()).isZero();
    }
  }

  @Test
  void aBadDecoderHarmsItsOwnInvocationOnly() {
    try (InstancePool pool =
            InstancePool.builder(Guests.digest()).moduleCache(Guests.COMPILED).build();
        GuestLease lease = pool.lease()) {
      Receiver throwing =
          reply -> {
            throw new IllegalStateException("mine");
          };
      assertThatThrownBy(() -> lease.guest(null).call(echo(TEXT, throwing)))
          .isInstanceOf(WorkerException.CodecFailed.class)
          .hasMessageStartingWith("echo: the codec failed to decode: mine");
      assertThatThrownBy(() -> lease.guest(null).call(echo(TEXT, EncodedPayloadTest::nothing)))
          .isInstanceOf(WorkerException.CodecFailed.class)
          .hasMessageStartingWith("echo: the codec failed to decode: it made null of the reply");
      assertThat(lease.guest(null).invoke(Invocation.of("echo", TEXT)))
          .asString()
          .isEqualTo("text");
      assertThat(pool.metrics().instancesRetired()).isZero();
    }
  }

  @SuppressWarnings("NullAway") // against the contract
  private static Object nothing(Slice reply) {
    return (@Nullable Object) null;
  }

  @Test
  void aSliceThatACodecKeepsIsDead() {
    AtomicReference<@Nullable Slice> kept = new AtomicReference<>();
    Codec<String> keeping =
        new Texts() {
          @Override
          public int encode(String value, Slice target) {
            Slice before = kept.getAndSet(target);
            if (before != null) {
              before.putByte(0, (byte) 'X');
            }
            return super.encode(value, target);
          }
        };
    Payload payload = Payload.encoded("text", keeping);
    try (InstancePool pool =
            InstancePool.builder(Guests.digest()).moduleCache(Guests.COMPILED).build();
        GuestLease lease = pool.lease()) {
      AtomicReference<@Nullable Slice> reply = new AtomicReference<>();
      lease
          .guest(null)
          .call(
              echo(
                  payload,
                  slice -> {
                    reply.set(slice);
                    Slice input = kept.get();
                    return input != null && !input.isLive();
                  }));
      assertThatThrownBy(() -> use(kept)).isInstanceOf(SliceStateException.class);
      assertThatThrownBy(() -> use(reply)).isInstanceOf(SliceStateException.class);
      assertThatThrownBy(() -> lease.guest(null).invoke(Invocation.of("echo", payload)))
          .isInstanceOf(WorkerException.SliceMisuse.class)
          .hasCauseInstanceOf(SliceStateException.class);
      kept.set(null);
      assertThat(lease.guest(null).invoke(Invocation.of("echo", payload)))
          .asString()
          .isEqualTo("text");
      assertThat(pool.metrics().instancesRetired()).isZero();
    }
  }

  private static void use(AtomicReference<@Nullable Slice> slice) {
    Slice present = slice.get();
    assertThat(present).isNotNull();
    if (present != null) {
      present.getByte(0);
    }
  }

  @Test
  void anInstanceWhoseSliceEscapedIsNotUsedAgain() {
    Codec<String> escaping =
        new Texts() {
          @Override
          public int encode(String value, Slice target) {
            throw new EscapedSliceException("somebody has it");
          }
        };
    try (InstancePool pool =
            InstancePool.builder(Guests.digest()).moduleCache(Guests.COMPILED).spares(0).build();
        GuestLease lease = pool.lease()) {
      Payload payload = Payload.encoded("text", escaping);
      assertThatThrownBy(() -> lease.guest(null).invoke(Invocation.of("echo", payload)))
          .isInstanceOf(WorkerException.WorkerTerminated.class)
          .hasMessageStartingWith("echo did not begin: somebody has it");
      assertThat(lease.guest(null).invoke(Invocation.of("echo", TEXT)))
          .asString()
          .isEqualTo("text");
      assertThat(pool.metrics().instancesRetired()).isEqualTo(1);
    }
  }

  @Test
  void anUnchangedReplyIsReadFromWhatWasGiven() {
    byte[] given = "\u0000same".getBytes(StandardCharsets.UTF_8);
    try (InstancePool pool = AbiTest.pool(AbiTest.getters(), AbiTest.GETTERS);
        GuestLease lease = pool.lease()) {
      for (Payload payload :
          new Payload[] {Payload.copied(given), Payload.encoded(given, Codecs.bytes())}) {
        Invocation format = Invocation.of("format", payload);
        assertThat(lease.guest(null).invoke(format)).isEqualTo(given);
        assertThat((byte[]) lease.guest(null).call(format.withReceiver(Codecs.bytes()::decode)))
            .isEqualTo(given);
      }
    }
  }

  /** Its function writes X over its input, and says that this is the result, unchanged. */
  private static final byte[] LYING =
      new WasmBuilder()
          .memory(3, 3)
          .allocator(1024)
          .function(
              "format",
              WasmBuilder.types(WasmBuilder.I32, WasmBuilder.I32),
              WasmBuilder.types(WasmBuilder.I32),
              0x20,
              0,
              0x41,
              0xD8,
              0,
              0x3A,
              0,
              0,
              0x41,
              0)
          .function("at", new int[0], WasmBuilder.types(WasmBuilder.I32), WasmBuilder.i32(0))
          .function("length", new int[0], WasmBuilder.types(WasmBuilder.I32), WasmBuilder.i32(0))
          .build();

  @Test
  void anUnchangedReplyIsWhatWasGivenEvenIfTheGuestWroteOverIt() {
    AbiDescriptor abi =
        new AbiDescriptor(
            "alloc",
            "free",
            AbiDescriptor.Input.ARENA,
            new AbiDescriptor.Result.Getters(
                "at", "length", List.of(AbiDescriptor.Status.UNCHANGED)),
            false,
            null);
    byte[] given = "same".getBytes(StandardCharsets.UTF_8);
    try (InstancePool pool = AbiTest.pool(LYING, abi);
        GuestLease lease = pool.lease()) {
      for (Payload payload :
          new Payload[] {Payload.copied(given), Payload.encoded(given, Codecs.bytes())}) {
        assertThat(lease.guest(null).invoke(Invocation.of("format", payload))).isEqualTo(given);
      }
    }
  }
}
