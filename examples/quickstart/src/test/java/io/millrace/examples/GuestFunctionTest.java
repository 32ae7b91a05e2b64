package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.instance.InstancePool;
import io.millrace.memory.Slice;
import io.millrace.pipeline.Codec;
import io.millrace.pipeline.Codecs;
import io.millrace.pipeline.GuestFunction;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Functions with types, over real guests. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GuestFunctionTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private final InstancePool guests = Guests.digest().build();
  private final WorkerPool pool = WorkerPools.over(guests).workers(2).inboxCapacity(64).build();
  private final GuestFunction<String, String> sha256 =
      pool.function("sha256", Codecs.utf8(), Codecs.utf8());

  @AfterEach
  void close() {
    pool.close();
    guests.close();
  }

  @Test
  void aFunctionHasTypes() {
    StepVerifier.create(sha256.withTenant("a").withDeadline(LONG).invoke("abc"))
        .expectNext(ABC)
        .verifyComplete();
    GuestFunction<double[], double[]> echo =
        pool.function("echo", Codecs.doubles(), Codecs.doubles());
    StepVerifier.create(echo.invoke(new double[] {1, 2.5}))
        .assertNext(numbers -> assertThat(numbers).containsExactly(1, 2.5))
        .verifyComplete();
  }

  @Test
  void aFunctionIsReadyWhenItsGuestIsAndHasRunNothing() {
    try (WorkerPool one = WorkerPools.over(guests).workers(1).build()) {
      GuestFunction<String, String> hash = one.function("sha256", Codecs.utf8(), Codecs.utf8());
      StepVerifier.create(hash.ready()).verifyComplete();
      assertThat(guests.metrics().instancesCreated()).isEqualTo(1);
      assertThat(one.metrics().completed()).isZero();
      StepVerifier.create(hash.invoke("abc")).expectNext(ABC).verifyComplete();
      assertThat(guests.metrics().instancesCreated()).isEqualTo(1);
      StepVerifier.create(one.function("nope", Codecs.utf8(), Codecs.utf8()).ready())
          .expectError(WorkerException.AbiMismatch.class)
          .verify(LONG);
    }
  }

  @Test
  void onSharedMemoryItIsReadyWithoutRoomForClaims() {
    try (InstancePool shared = Guests.shared().maximumPages(64).maximumInstances(1).build();
        WorkerPool workers = WorkerPools.over(shared).workers(1).build()) {
      GuestFunction<String, String> echo = workers.function("echo", Codecs.utf8(), Codecs.utf8());
      for (int i = 0; i < 2; i++) {
        StepVerifier.create(echo.ready()).expectComplete().verify(LONG);
      }
      StepVerifier.create(echo.invoke("abc")).expectNext("abc").expectComplete().verify(LONG);
      assertThat(shared.metrics().instancesCreated()).isEqualTo(1);
    }
  }

  @Test
  void resultsComeInTheOrderOfTheInputs() {
    GuestFunction<int[], int[]> echo = pool.function("echo", Codecs.ints(), Codecs.ints());
    List<int[]> all =
        Objects.requireNonNull(
            echo.invokeAll(Flux.range(0, 3_000).map(i -> new int[] {i, -i}))
                .collectList()
                .block(LONG));
    assertThat(all.stream().mapToInt(each -> each[0]))
        .containsExactlyElementsOf(IntStream.range(0, 3_000).boxed().toList());
  }

  @Test
  void aStreamGoesThroughTransform() {
    StepVerifier.create(
            Flux.just("abc", "abc")
                .map(sha256::invocation)
                .transform(pool::invokeAll)
                .map(sha256::value))
        .expectNext(ABC, ABC)
        .verifyComplete();
  }

  @Test
  void aCodecThatFailsFailsItsOwnInvocationOnly() {
    Codec<String> picky =
        new Codec<>() {
          @Override
          public int sizeHintBytes(String value) {
            return value.length();
          }

          @Override
          public int encode(String value, Slice target) {
            if (value.startsWith("bad")) {
              throw new IllegalArgumentException(value);
            }
            return Codecs.utf8().encode(value, target);
          }

          @Override
          public String decode(Slice source) {
            return Codecs.utf8().decode(source);
          }
        };
    GuestFunction<String, String> echo = pool.function("echo", picky, picky);
    List<Reply> replies =
        Objects.requireNonNull(
            Flux.range(0, 300)
                .map(i -> echo.invocation(i % 3 == 0 ? "bad " + i : "good " + i))
                .transform(pool::invokeAll)
                .collectList()
                .block(LONG));
    for (int i = 0; i < 300; i++) {
      Reply reply = replies.get(i);
      if (i % 3 == 0) {
        assertThatThrownBy(reply::value)
            .isInstanceOf(WorkerException.CodecFailed.class)
            .hasMessageStartingWith("echo: the codec failed to encode: bad " + i);
      } else {
        assertThat(echo.value(reply)).isEqualTo("good " + i);
      }
    }
    assertThat(guests.metrics().instancesRetired()).isZero();
  }

  @Test
  void bytesOfADecodedReplyAreRefusedByName() {
    Reply reply = Objects.requireNonNull(pool.invoke(sha256.invocation("abc")).block(LONG));
    assertThat(reply.value()).isEqualTo(ABC);
    assertThatThrownBy(reply::bytes)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the reply of sha256 was decoded to java.lang.String: use value()");
  }

  @Test
  void theFirstFailureEndsATypedStream() {
    GuestFunction<String, String> nope = pool.function("nope", Codecs.utf8(), Codecs.utf8());
    StepVerifier.create(nope.invokeAll(Flux.just("a", "b")))
        .expectError(WorkerException.AbiMismatch.class)
        .verify(LONG);
    assertThat(pool.invoke(Invocation.of("echo", "x")).block(LONG)).isNotNull();
  }
}
