package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Scheduler and instances together: real guests on real workers. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PoolOfInstancesTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final InstancePool guests = Guests.digest().build();
  private final WorkerPool pool =
      WorkerPools.over(guests).workers(2).inboxCapacity(64).drainTimeout(LONG).build();

  @AfterEach
  void close() {
    pool.close();
    guests.close();
    assertThat(pool.metrics().waiting()).isZero();
  }

  @Test
  void manyCallsOnFewInstancesEqualTheJdks() throws Exception {
    int count = 5_000;
    List<Reply> replies =
        all(Flux.range(0, count).map(i -> Invocation.of("sha256", "payload " + i)));
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < count; i++) {
      byte[] digest = sha256.digest(("payload " + i).getBytes(StandardCharsets.UTF_8));
      assertThat(replies.get(i).utf8()).isEqualTo(HexFormat.of().formatHex(digest));
    }
    assertThat(guests.metrics().instancesCreated()).isLessThanOrEqualTo(2);
  }

  @Test
  void trapsAndDeadlinesFailTheirOwnInvocationAndRetireTheInstance() {
    List<Reply> replies =
        all(
            Flux.range(0, 300)
                .map(
                    i ->
                        switch (i % 30) {
                          case 7 -> Invocation.of("trap", "");
                          case 19 -> Invocation.of("spin", "").withDeadline(Duration.ofMillis(30));
                          default -> Invocation.of("echo", "" + i);
                        }));
    int stopped = 0;
    for (int i = 0; i < 300; i++) {
      Reply reply = replies.get(i);
      if (i % 30 == 7) {
        assertThat(((Reply.Failed) reply).failure()).isInstanceOf(WorkerException.GuestTrap.class);
      } else if (i % 30 == 19) {
        var failure = (WorkerException.DeadlineExceeded) ((Reply.Failed) reply).failure();
        stopped += failure.started() ? 1 : 0;
      } else {
        assertThat(reply.utf8()).isEqualTo("" + i);
      }
    }
    pool.close();
    assertThat(stopped).isPositive();
    assertThat(guests.metrics().instancesRetired()).isEqualTo(10 + stopped);
    assertThat(pool.metrics().failed()).isEqualTo(20);
    assertThat(pool.metrics().completed()).isEqualTo(280);
  }

  @Test
  void aDeadlineCoversTheStartOfTheGuest() {
    InstancePool slow = InstancePool.builder(Guests.source("go-auth")).build();
    try (WorkerPool workers = WorkerPools.over(slow).workers(1).build()) {
      Mono<Reply> tooSoon =
          workers.invoke(Invocation.of("echo", "x").withDeadline(Duration.ofMillis(20)));
      assertThatThrownBy(() -> tooSoon.block(LONG))
          .isInstanceOfSatisfying(
              WorkerException.DeadlineExceeded.class, late -> assertThat(late.started()).isFalse());
      Reply later = workers.invoke(Invocation.of("echo", "later")).block(LONG);
      assertThat(Objects.requireNonNull(later).utf8()).isEqualTo("later");
    }
  }

  @Test
  void aPoolOfInstancesServesOnePoolOfWorkersAfterTheOther() {
    for (int round = 0; round < 3; round++) {
      try (WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
        workers.invoke(Invocation.of("echo", "x")).block(LONG);
      }
    }
    assertThat(guests.metrics().instancesCreated()).isEqualTo(1);
  }

  private List<Reply> all(Flux<Invocation> invocations) {
    return Objects.requireNonNull(pool.invokeAll(invocations).collectList().block(LONG));
  }
}
