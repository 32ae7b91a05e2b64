package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.memory.BumpArena;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.Slice;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.test.StepVerifier;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class MessageChannelTest {

  private final MessageChannel<int[]> channel = new MessageChannel<>(Codecs.ints());
  private final Queue<int[]> received = new ConcurrentLinkedQueue<>();
  private final Slice empty = slice(0);

  private static Slice slice(int bytes) {
    return new BumpArena(new PrivateLinearMemory(new PageLimits(1, 1)), 0, 1024).allocate(bytes, 8);
  }

  @Test
  void aMessageThatCannotBeReadUsesUpNoDemand() throws InterruptedException {
    channel.flux().subscribe(received::add);
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> channel.message(slice(3)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(channel.message(slice(4))).isTrue();
    await().untilAsserted(() -> assertThat(received).hasSize(1));
  }

  /** One that asks for nothing yet. */
  private BaseSubscriber<int[]> slow() {
    return new BaseSubscriber<>() {
      @Override
      protected void hookOnSubscribe(Subscription subscription) {}

      @Override
      protected void hookOnNext(int[] message) {
        received.add(message);
      }
    };
  }

  @Test
  void aSecondSubscriberIsRefusedAndHarmsTheFirstInNothing() throws Exception {
    BaseSubscriber<int[]> first = slow();
    channel.flux().subscribe(first);
    StepVerifier.create(channel.flux())
        .expectError(IllegalStateException.class)
        .verify(Duration.ofSeconds(10));
    StepVerifier.create(channel.flux(), 0).thenCancel().verify(Duration.ofSeconds(10));
    for (int i = 0; i < 16; i++) {
      assertThat(channel.message(slice(4))).isTrue();
    }
    FutureTask<Boolean> oneMore = new FutureTask<>(() -> channel.message(slice(4)));
    Thread guest = new Thread(oneMore);
    guest.setDaemon(true);
    guest.start();
    assertThatThrownBy(() -> oneMore.get(200, TimeUnit.MILLISECONDS))
        .as("what the second asked for is no demand of the first")
        .isInstanceOf(TimeoutException.class);
    first.request(Long.MAX_VALUE);
    assertThat(oneMore.get()).isTrue();
    await().untilAsserted(() -> assertThat(received).hasSize(17));
  }

  @Test
  void guestsThatPostAtATimeLoseNothing() throws Exception {
    int each = 5_000;
    channel.flux().subscribe(received::add);
    List<FutureTask<Boolean>> guests =
        Stream.generate(
                () ->
                    new FutureTask<>(
                        () -> {
                          boolean taken = true;
                          for (int i = 0; i < each; i++) {
                            taken &= channel.message(empty);
                          }
                          return taken;
                        }))
            .limit(2)
            .toList();
    for (FutureTask<Boolean> task : guests) {
      new Thread(task).start();
    }
    for (FutureTask<Boolean> guest : guests) {
      assertThat(guest.get()).isTrue();
    }
    await().untilAsserted(() -> assertThat(received).hasSize(2 * each));
  }

  @Test
  void whatComesWhenItsSubscriberHasLeftIsRefused() throws InterruptedException {
    BaseSubscriber<int[]> first = slow();
    channel.flux().subscribe(first);
    first.cancel();
    assertThat(channel.message(slice(4))).isFalse();
    assertThat(channel.reply(slice(4))).isSameAs(channel);
  }
}
