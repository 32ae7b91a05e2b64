package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Codecs;
import io.millrace.pipeline.GuestFunction;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.test.StepVerifier;

/** One invocation, many messages. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StreamTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final InstancePool guests = Guests.posting().build();
  private final WorkerPool pool = WorkerPools.over(guests).workers(1).inboxCapacity(8).build();
  private final GuestFunction<String, String> prefixes =
      pool.function("prefixes", Codecs.utf8(), Codecs.utf8());

  /** So that a deadline covers no compile. */
  @BeforeEach
  void warmUp() {
    guests.warmUp(1).block(LONG);
  }

  @AfterEach
  void close() {
    pool.close();
    guests.close();
  }

  @Test
  void whatTheGuestPostsArrivesInItsOrder() {
    StepVerifier.create(prefixes.stream("abc"))
        .expectNext("a", "ab", "abc")
        .expectComplete()
        .verify(LONG);
  }

  @Test
  void aReplyIsTheLastMessage() {
    StepVerifier.create(pool.stream(Invocation.of("echo", "only")).map(String::new))
        .expectNext("only")
        .expectComplete()
        .verify(LONG);
  }

  @Test
  void manyMessagesComeThroughASlowSubscriber() {
    int count = 2_000;
    Long received =
        prefixes.stream("x".repeat(count))
            .index((index, message) -> message.length() - 1 == index)
            .filter(right -> right)
            .count()
            .block(LONG);
    assertThat(received).isEqualTo(count);
  }

  @Test
  void withoutDemandTheGuestWaitsAndItsDeadlineRunsOn() {
    StepVerifier.create(prefixes.withDeadline(Duration.ofSeconds(1)).stream("x".repeat(1_000)), 1)
        .expectNextCount(1)
        .thenAwait(Duration.ofMillis(1200))
        .thenRequest(Long.MAX_VALUE)
        .thenConsumeWhile(message -> message.length() < 100)
        .expectError(WorkerException.DeadlineExceeded.class)
        .verify(LONG);
    assertNextWorks();
  }

  @Test
  void cancellingStopsTheGuest() {
    StepVerifier.create(prefixes.stream("x".repeat(1_000)), 1)
        .expectNextCount(1)
        .thenCancel()
        .verify(LONG);
    await().untilAsserted(() -> assertThat(pool.metrics().cancelled()).isEqualTo(1));
    assertNextWorks();
  }

  @Test
  void aTrapEndsTheFluxAndTheNextInvocationFindsAGuest() {
    StepVerifier.create(pool.stream(Invocation.of("trap", "")))
        .expectError(WorkerException.GuestTrap.class)
        .verify(LONG);
    assertNextWorks();
  }

  @Test
  void aCodecThatFailsOnAMessageEndsTheFluxAndCostsNoInstance() {
    StepVerifier.create(pool.function("prefixes", Codecs.utf8(), Codecs.ints()).stream("abcdef"))
        .expectErrorSatisfies(
            thrown ->
                assertThat(thrown)
                    .isInstanceOf(WorkerException.CodecFailed.class)
                    .hasMessageStartingWith(
                        "prefixes: the codec failed to decode: 1 bytes are no whole number of"
                            + " elements of 4"))
        .verify(LONG);
    assertNextWorks();
    assertThat(guests.metrics().instancesRetired()).isZero();
  }

  private void assertNextWorks() {
    assertThat(Objects.requireNonNull(pool.invoke(Invocation.of("echo", "x")).block(LONG)).utf8())
        .isEqualTo("x");
  }
}
