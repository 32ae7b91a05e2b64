package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.instance.AbiDescriptor;
import io.millrace.instance.CapabilityPolicy;
import io.millrace.instance.GuestClock;
import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

/** A guest whose memory is full says so, as its language lets it, and never anything else. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FullMemoryTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int PAGES = 96;

  /** What fits into the block that the host has from the start. */
  private static final int MOST_BYTES = 60_000;

  private static final int STEP_BYTES = 1559;

  static Stream<KitGuest> guestsThatCanBeFilled() {
    return KitGuest.all().filter(guest -> !guest.trapsWhenFull());
  }

  static Stream<KitGuest> guestsInC() {
    return KitGuest.all().filter(FullMemoryTest::tells);
  }

  /** Whether every function of the guest can tell that the memory is full. */
  private static boolean tells(KitGuest guest) {
    return guest.name().startsWith("c");
  }

  @ParameterizedTest
  @MethodSource("guestsThatCanBeFilled")
  void aGoodTokenIsNotMalformed(KitGuest guest) {
    Set<String> outcomes = new TreeSet<>();
    try (InstancePool guests = pool(guest).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      for (int length = 1; length * 4 / 3 < MOST_BYTES; length += STEP_BYTES) {
        String claims = "{\"exp\":2000,\"x\":\"" + "x".repeat(length) + "\"}";
        fill(workers);
        Reply reply = reply(workers, Invocation.of("jwt", JwtCases.request(claims)));
        outcomes.add(outcome(reply, claims));
      }
    }
    assertThat(outcomes).containsExactly("answered", tells(guest) ? "no-memory" : "trap");
  }

  @ParameterizedTest
  @MethodSource("guestsThatCanBeFilled")
  void aGoodObjectIsNotBadJson(KitGuest guest) {
    Set<String> outcomes = new TreeSet<>();
    try (InstancePool guests = pool(guest).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      for (int length = 1; length < MOST_BYTES; length += STEP_BYTES) {
        String object = "{\"name\":\"" + "x".repeat(length) + "\"}";
        fill(workers);
        outcomes.add(outcome(reply(workers, Invocation.of("json", object)), object));
      }
    }
    assertThat(outcomes).containsExactly("answered", tells(guest) ? "no-memory" : "trap");
  }

  @ParameterizedTest
  @MethodSource("guestsInC")
  void aVariableThatIsThereIsNotUnset(KitGuest guest) {
    Set<String> outcomes = new TreeSet<>();
    for (int length : new int[] {1, 10_000, 40_000, 60_000, 70_000, 100_000}) {
      String value = "x".repeat(length);
      CapabilityPolicy granted =
          CapabilityPolicy.NONE
              .withClock(new GuestClock.Fixed(Instant.ofEpochSecond(1)))
              .withEnvironment("NAME", value);
      try (InstancePool guests = pool(guest).capabilities(granted).build();
          WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
        fill(workers);
        Reply reply = reply(workers, Invocation.of("wasi", "NAME"));
        outcomes.add(outcome(reply, "1000000000 " + value));
      }
    }
    assertThat(outcomes).containsExactly("answered", "no-memory");
  }

  /** Not even for the word of an error, which has to have its length before it. */
  @Test
  void thereIsRoomForNothingBeforeAnAnswer() {
    AbiDescriptor keepingAllBlocks =
        new AbiDescriptor(
            "alloc",
            null,
            AbiDescriptor.Input.BLOCK_PER_CALL,
            new AbiDescriptor.Result.LengthPrefixed(),
            false,
            null);
    KitGuest guest = new KitGuest("c-prefixed", keepingAllBlocks, false);
    try (InstancePool guests = pool(guest).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      for (int length : new int[] {65_536, 4096, 256, 32, 1}) {
        Reply kept;
        do {
          kept = reply(workers, Invocation.of("echo", new byte[length]));
        } while (isPlaced(kept));
      }
      for (int i = 0; i < 3; i++) { // the room of the last answer becomes the smallest there is
        assertThat(reply(workers, Invocation.of("echo", "")).utf8()).isEmpty();
      }
      Reply reply = reply(workers, Invocation.of("jwt", ""));
      assertThat(outcome(reply, "")).isEqualTo("no-memory");
      assertThat(guests.metrics().instancesRetired()).isZero();
    }
  }

  private static boolean isPlaced(Reply reply) {
    return !(reply instanceof Reply.Failed failed
        && failed.failure() instanceof WorkerException.PayloadTooLarge);
  }

  /** Four times as much as the memory may have. */
  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void blocksThatAreGivenBackAreUsedAgain(KitGuest guest) {
    AbiDescriptor blockPerCall =
        new AbiDescriptor(
            "alloc", "free", AbiDescriptor.Input.BLOCK_PER_CALL, guest.abi().result(), false, null);
    KitGuest called = new KitGuest(guest.name(), blockPerCall, guest.trapsWhenFull());
    byte[] payload = new byte[1 << 18];
    try (InstancePool guests = pool(called).maximumPages(512).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      for (int i = 0; i < 512; i++) {
        assertThat(reply(workers, Invocation.of("echo", payload)).bytes()).isEqualTo(payload);
      }
      assertThat(guests.metrics().instancesCreated()).isOne();
    }
  }

  private static InstancePoolBuilder pool(KitGuest guest) {
    return InstancePool.builder(guest.source())
        .abi(guest.abi())
        .maximumPages(PAGES)
        .sharedMemory(guest.shared())
        .moduleCache(ContractRow.COMPILED);
  }

  /** Takes pages until there is not one left; most of them at once, as each time is a copy. */
  private static void fill(WorkerPool workers) {
    for (int pages = 64; pages > 0; pages /= 4) {
      int taken = 0;
      Reply reply = reply(workers, Invocation.of("grow", "" + pages));
      while (!(reply instanceof Reply.Failed)) {
        taken += pages;
        assertThat(taken).isLessThanOrEqualTo(PAGES);
        reply = reply(workers, Invocation.of("grow", "" + pages));
      }
      assertThat(outcome(reply, "")).isEqualTo("no-memory");
    }
  }

  private static String outcome(Reply reply, String expected) {
    if (reply instanceof Reply.Failed failed) {
      return failed.failure() instanceof WorkerException.GuestFailed said
          ? said.error()
          : failed.failure() instanceof WorkerException.GuestTrap ? "trap" : "" + failed.failure();
    }
    return reply.utf8().equals(expected) ? "answered" : "another answer";
  }

  private static Reply reply(WorkerPool workers, Invocation invocation) {
    return Objects.requireNonNull(workers.invokeAll(Flux.just(invocation)).blockFirst(LONG));
  }
}
