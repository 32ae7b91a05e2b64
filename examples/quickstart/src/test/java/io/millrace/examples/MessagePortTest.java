package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.instance.InstancePool;
import io.millrace.memory.Slice;
import io.millrace.pipeline.Codec;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.MessagePort;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolRecorder;
import io.millrace.scheduler.WorkerPools;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** Ports to one worker. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MessagePortTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final InstancePool guests = Guests.posting().build();
  private final WorkerPool pool = WorkerPools.over(guests).workers(2).inboxCapacity(1024).build();

  @AfterEach
  void close() {
    pool.close();
    guests.close();
  }

  private static Flux<String> texts(MessagePort port) {
    return port.messages().map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  private static Payload text(int number) {
    return Payload.utf8("" + number);
  }

  @Test
  void messagesKeepTheirOrder() {
    MessagePort port = pool.connect(Invocation.of("echo", ""));
    for (int i = 0; i < 500; i++) {
      port.post(text(i));
    }
    port.close();
    assertThat(texts(port).collectList().block(LONG))
        .containsExactlyElementsOf(IntStream.range(0, 500).mapToObj(i -> "" + i).toList());
  }

  @Test
  void whatTheGuestPostsComesBackThroughThePort() {
    MessagePort port = pool.connect(Invocation.of("prefixes", ""));
    port.post(Payload.utf8("ab"));
    port.post(Payload.utf8("c"));
    port.close();
    assertThat(texts(port).collectList().block(LONG)).containsExactly("a", "ab", "c");
  }

  @Test
  void portsWithOneKeyReachOneWorker() {
    Invocation count = Invocation.of("count", "").withKey("same");
    MessagePort one = pool.connect(count);
    MessagePort other = pool.connect(count);
    for (int i = 0; i < 10; i++) {
      one.post(text(i));
      other.post(text(i));
    }
    one.close();
    other.close();
    // The first call of all answers nothing; the others 1 to 19 bytes, each length once.
    List<Integer> lengths =
        Objects.requireNonNull(
            Flux.merge(one.messages(), other.messages())
                .map(bytes -> bytes.length)
                .sort()
                .collectList()
                .block(LONG));
    assertThat(lengths).containsExactlyElementsOf(IntStream.range(1, 20).boxed().toList());
  }

  @Test
  void aTrapIsAnErrorEventAndLaterMessagesRun() {
    List<WorkerException> errors = new CopyOnWriteArrayList<>();
    MessagePort next = pool.connect(Invocation.of("echo", "").withKey("k"));
    try (MessagePort port = pool.connect(Invocation.of("trap", "").withKey("k"))) {
      Disposable listening = port.errors().subscribe(errors::add);
      port.post(text(1));
      next.post(text(2));
      next.close();
      assertThat(texts(next).collectList().block(LONG)).containsExactly("2");
      await().untilAsserted(() -> assertThat(errors).hasSize(1));
      assertThat(errors.get(0)).isInstanceOf(WorkerException.GuestTrap.class);
      listening.dispose();
    }
  }

  @Test
  void aListenerWithoutDemandHearsWhatFailedWhenItAsks() {
    List<WorkerException> errors = new CopyOnWriteArrayList<>();
    BaseSubscriber<WorkerException> slow =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {}

          @Override
          protected void hookOnNext(WorkerException error) {
            errors.add(error);
          }
        };
    MessagePort port = pool.connect(Invocation.of("trap", "").withKey("k"));
    port.errors().subscribe(slow);
    port.post(text(1));
    pool.invoke(Invocation.of("echo", "behind it").withKey("k")).block(LONG);
    assertThat(errors).isEmpty();
    slow.request(Long.MAX_VALUE);
    port.post(text(2));
    await().untilAsserted(() -> assertThat(errors).hasSize(2));
    port.close();
    await().untilAsserted(() -> assertThat(slow.isDisposed()).isTrue());
  }

  @Test
  void portsAndStreamsHaveADeadlineEvenIfTheyAreGivenNone() {
    List<Duration> deadlines = new CopyOnWriteArrayList<>();
    WorkerPoolRecorder recorder =
        new WorkerPoolRecorder() {
          @Override
          public void ended(Reply reply, InvocationCost cost) {
            deadlines.add(Objects.requireNonNull(reply.invocation().deadline()));
          }
        };
    try (WorkerPool told = WorkerPools.over(guests).workers(1).recorder(recorder).build()) {
      for (Invocation echo :
          List.of(
              Invocation.of("echo", ""),
              Invocation.of("echo", "").withDeadline(LONG.plusDays(1)))) {
        try (MessagePort port = told.connect(echo)) {
          port.messages().subscribe();
          port.post(text(1));
        }
        told.stream(echo).blockLast(LONG);
      }
      await().untilAsserted(() -> assertThat(deadlines).hasSize(4));
    }
    assertThat(deadlines)
        .containsExactly(
            WorkerPool.MESSAGES_DEADLINE,
            WorkerPool.MESSAGES_DEADLINE,
            LONG.plusDays(1),
            LONG.plusDays(1));
  }

  @Test
  void aMessageThatCannotBeWrittenIsAMessageErrorAndLaterMessagesRun() {
    Codec<String> failing =
        new Codec<>() {
          @Override
          public int sizeHintBytes(String value) {
            return 1;
          }

          @Override
          public int encode(String value, Slice target) {
            throw new IllegalStateException("no clone of it");
          }

          @Override
          public String decode(Slice source) {
            return "";
          }
        };
    List<WorkerException> errors = new CopyOnWriteArrayList<>();
    MessagePort port = pool.connect(Invocation.of("echo", ""));
    port.errors().subscribe(errors::add);
    port.post(Payload.encoded("x", failing));
    port.post(text(2));
    port.close();
    assertThat(texts(port).collectList().block(LONG)).containsExactly("2");
    await().untilAsserted(() -> assertThat(errors).hasSize(1));
    assertThat(errors.get(0))
        .isInstanceOf(WorkerException.CodecFailed.class)
        .hasMessageStartingWith("echo: the codec failed to encode: no clone of it");
    assertThat(guests.metrics().instancesRetired()).isZero();
  }

  @Test
  void aListenerThatThrowsLeavesThePortInOrder() {
    MessagePort port = pool.connect(Invocation.of("trap", ""));
    port.errors()
        .subscribe(
            new CoreSubscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(WorkerException error) {
                throw new IllegalStateException("mine");
              }

              @Override
              public void onError(Throwable error) {}

              @Override
              public void onComplete() {
                throw new IllegalStateException("mine, too");
              }
            });
    port.post(text(1));
    port.close();
    assertThat(port.messages().collectList().block(LONG)).isEmpty();
  }

  @Test
  @SuppressWarnings("NullAway") // against the contract
  void aMessageThatIsNoneLeavesThePortInOrder() {
    MessagePort port = pool.connect(Invocation.of("echo", ""));
    assertThatThrownBy(() -> port.post(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> port.post(text(0), null)).isInstanceOf(NullPointerException.class);
    port.post(text(1));
    port.close();
    assertThat(texts(port).collectList().block(LONG)).containsExactly("1");
  }

  @Test
  void aRefusalIsThrownToWhoPosts() {
    try (WorkerPool small = WorkerPools.over(guests).workers(1).inboxCapacity(2).build();
        MessagePort port =
            small.connect(Invocation.of("spin", "").withDeadline(Duration.ofSeconds(1)))) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 4; i++) {
                  port.post(text(i));
                }
              })
          .isInstanceOf(WorkerException.InboxFull.class);
      small.terminate();
      assertThatThrownBy(() -> port.post(text(9))).isInstanceOf(WorkerException.PoolClosed.class);
    }
  }

  @Test
  void aClosedPortTakesNothing() {
    MessagePort port = pool.connect(Invocation.of("echo", ""));
    port.close();
    port.close();
    assertThatThrownBy(() -> port.post(text(1)))
        .isInstanceOf(WorkerException.PoolClosed.class)
        .hasMessageContaining("message port to echo");
    assertThat(port.messages().collectList().block(LONG)).isEmpty();
    assertThat(port.errors().collectList().block(LONG)).isEmpty();
  }
}
