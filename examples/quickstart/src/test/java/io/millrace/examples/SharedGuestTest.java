package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What four instances of c-shared do together on their one memory. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SharedGuestTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int PIECE_BYTES = 4096;

  /** Twice as many instances as the memory's 2048 pages have room for, with a block each. */
  private static final int GONE = 200;

  private final InstancePool guests = Guests.shared().build();
  private final WorkerPool workers = WorkerPools.over(guests).workers(4).build();

  @AfterEach
  void close() {
    workers.close();
    guests.close();
  }

  @Test
  void fourWorkersCountTogetherAndLoseNothing() {
    int calls = 20_000;
    List<Integer> counts =
        all(Flux.range(0, calls).map(i -> Invocation.of("counter", ""))).stream()
            .map(reply -> Integer.parseInt(reply.utf8()))
            .sorted()
            .toList();
    assertThat(counts).isEqualTo(IntStream.rangeClosed(1, calls).boxed().toList());
    assertThat(guests.metrics().instancesCreated()).as("that took part").isBetween(2L, 4L);
  }

  @Test
  void fourWorkersHashOneBufferWhileOneWaitsForTheOthers() {
    Random random = new Random(4);
    for (int size : new int[] {0, 1, 4095, 4096, 4097, 1 << 20, 16 << 20, 12_345}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      int pieces = (size + PIECE_BYTES - 1) / PIECE_BYTES;
      assertThat(reply(Invocation.of("publish", bytes)).utf8()).isEqualTo("" + pieces);
      Mono<Reply> collected = workers.invoke(Invocation.of("collect", "")).cache();
      collected.subscribe();
      if (pieces > 0) { // nobody works before the one that collects waits, and takes no time for it
        await().atMost(LONG).until(() -> MeetingGuest.waiting() > 0);
      }
      int worked =
          all(Flux.range(0, 3).map(i -> Invocation.of("work", ""))).stream()
              .mapToInt(reply -> Integer.parseInt(reply.utf8()))
              .sum();
      assertThat(worked).as("each piece once").isEqualTo(pieces);
      assertThat(Objects.requireNonNull(collected.block(LONG)).utf8())
          .as("%d bytes", size)
          .isEqualTo(ContractCases.hex(digestOfDigests(bytes)));
    }
  }

  @Test
  void anotherBufferHasToWaitForTheLastOne() {
    assertThat(reply(Invocation.of("publish", new byte[PIECE_BYTES])).utf8()).isEqualTo("1");
    Reply refused = reply(Invocation.of("publish", new byte[1]));
    assertThat(((Reply.Failed) refused).failure())
        .isInstanceOfSatisfying(
            WorkerException.GuestFailed.class,
            failure -> assertThat(failure.error()).isEqualTo("busy"));
    reply(Invocation.of("work", ""));
    assertThat(reply(Invocation.of("publish", new byte[1])).utf8()).isEqualTo("1");
  }

  @Test
  void whoWaitsForWorkThatNobodyDoesIsStoppedByItsDeadline() {
    reply(Invocation.of("publish", new byte[1]));
    Reply late = reply(Invocation.of("collect", "").withDeadline(Duration.ofMillis(200)));
    assertThat(((Reply.Failed) late).failure())
        .isInstanceOf(WorkerException.DeadlineExceeded.class);
    assertThat(reply(Invocation.of("echo", "on")).utf8()).isEqualTo("on");
  }

  @Test
  void instancesThatAreGoneLeaveTheirStacksAndBlocksToTheNext() {
    byte[] payload = new byte[1 << 20];
    Arrays.fill(payload, (byte) 7);
    List<Invocation> invocations = new ArrayList<>();
    for (int i = 0; i < GONE; i++) {
      invocations.add(Invocation.of("sha256", payload));
      invocations.add(Invocation.of("trap", ""));
    }
    String digest = ContractCases.hex(ContractCases.sha256(payload));
    List<Reply> replies = all(Flux.fromIterable(invocations));
    for (int i = 0; i < replies.size(); i += 2) {
      assertThat(replies.get(i).utf8()).isEqualTo(digest);
      assertThat(((Reply.Failed) replies.get(i + 1)).failure())
          .isInstanceOf(WorkerException.GuestTrap.class);
    }
    workers.close();
    assertThat(guests.metrics().instancesRetired()).isEqualTo(GONE);
  }

  private static byte[] digestOfDigests(byte[] bytes) {
    ByteArrayOutputStream digests = new ByteArrayOutputStream();
    for (int from = 0; from < bytes.length; from += PIECE_BYTES) {
      int to = Math.min(bytes.length, from + PIECE_BYTES);
      digests.writeBytes(ContractCases.sha256(Arrays.copyOfRange(bytes, from, to)));
    }
    return ContractCases.sha256(digests.toByteArray());
  }

  private Reply reply(Invocation invocation) {
    return all(Flux.just(invocation)).get(0);
  }

  private List<Reply> all(Flux<Invocation> invocations) {
    return Objects.requireNonNull(workers.invokeAll(invocations).collectList().block(LONG));
  }
}
