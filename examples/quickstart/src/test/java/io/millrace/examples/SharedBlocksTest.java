package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.instance.InstancePool;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceArena;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

/**
 * What the host has of the guest's allocator on a shared memory is nobody else's, also when the
 * instance is gone that gave it.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedBlocksTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final InstancePool guests = Guests.shared().build();
  private final WorkerPool pool = WorkerPools.over(guests).workers(2).inboxCapacity(64).build();

  @AfterEach
  void close() {
    pool.terminate();
    guests.close();
  }

  private Reply reply(String function, String payload) {
    return Objects.requireNonNull(
        pool.invokeAll(Flux.just(Invocation.of(function, payload))).blockLast(LONG));
  }

  private void trap() {
    assertThat(((Reply.Failed) reply("trap", "")).failure())
        .isInstanceOf(WorkerException.GuestTrap.class);
  }

  /** Takes the guest's room twice, the first of it before the payload was read. */
  private void writeAnew(String name) {
    String member = "{\"name\":\"" + name + "\"}";
    assertThat(reply("json", member).utf8()).isEqualTo(member);
  }

  @Test
  void theRoomOfFunctionsIsNotThePayloadOfAnInstanceThatIsGone() {
    for (int i = 0; i < 20; i++) {
      writeAnew("a".repeat(1 + 1000 * i));
      trap();
    }
  }

  @Test
  void slicesOutliveTheInstanceWhoseAllocatorGaveThem() {
    SliceArena arena = Objects.requireNonNull(guests.sharedArena(null, 8192).block(LONG));
    Slice slice = arena.allocate(4096, 8);
    byte[] expected = new byte[4096];
    Arrays.fill(expected, (byte) 0x5a);
    slice.view().put(expected);
    for (int i = 0; i < 20; i++) {
      trap();
      writeAnew("a".repeat(500 * i));
      byte[] found = new byte[4096];
      slice.readOnlyView().get(found);
      assertThat(found).as("round %d", i).isEqualTo(expected);
    }
  }

  @Test
  void workersThatTradeTheirInstancesKeepTheirPayloadsApart() {
    int calls = 4_000;
    Flux<Invocation> invocations =
        Flux.range(0, calls)
            .map(i -> i % 4 == 0 ? Invocation.of("trap", "") : Invocation.of("json", member(i)));
    Flux<Reply> replies = pool.invokeAll(invocations);
    Integer read =
        replies
            .index()
            .doOnNext(
                each -> {
                  int i = each.getT1().intValue();
                  if (i % 4 != 0) {
                    assertThat(each.getT2().utf8()).isEqualTo(member(i));
                  }
                })
            .collectList()
            .map(all -> all.size())
            .block(LONG);
    assertThat(read).isEqualTo(calls);
  }

  /** Of up to 100,000 bytes: some need a larger arena. */
  private static String member(int i) {
    String text = (char) ('a' + i % 26) + "-";
    return "{\"name\":\"" + text.repeat(1 + i * 7919 % (i % 8 == 1 ? 50_000 : 500)) + "\"}";
  }
}
