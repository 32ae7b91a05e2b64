package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;

/** Signals of a stream are serial from the first one on, which is the subscription. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StreamBeginTest {

  private final ScheduledWorkerPool pool =
      (ScheduledWorkerPool) WorkerPools.over(new FakeGuests()).workers(1).build();

  @AfterEach
  void close() {
    Hooks.resetOnErrorDropped();
    pool.close();
  }

  /** Writes down its signals, each as it begins, and the end of the first. */
  private static final class Told implements CoreSubscriber<Reply> {

    private final List<String> signals = new CopyOnWriteArrayList<>();
    private final Consumer<Subscription> inOnSubscribe;

    Told(Consumer<Subscription> inOnSubscribe) {
      this.inOnSubscribe = inOnSubscribe;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      signals.add("onSubscribe");
      inOnSubscribe.accept(subscription);
      signals.add("has it");
    }

    @Override
    public void onNext(Reply reply) {
      signals.add(reply.utf8());
    }

    @Override
    public void onError(Throwable error) {
      signals.add("onError");
    }

    @Override
    public void onComplete() {
      signals.add("onComplete");
    }
  }

  /** All that the signaller was given before has been delivered. */
  private void awaitSignaller() {
    CountDownLatch delivered = new CountDownLatch(1);
    pool.signaller().add(delivered::countDown);
    await().until(() -> delivered.getCount() == 0);
  }

  @Test
  void theErrorOfAPoolThatIsClosedMeanwhileComesBehindTheSubscription() {
    Told told =
        new Told(
            subscription -> {
              pool.terminate();
              awaitSignaller();
            });
    pool.invokeAll(Flux.never()).subscribe(told);
    assertThat(told.signals).containsExactly("onSubscribe", "has it", "onError");
  }

  @Test
  void whatIsRequestedMeanwhileComesBehindTheSubscription() {
    Told told =
        new Told(
            subscription -> {
              subscription.request(1);
              subscription.request(1);
            });
    pool.invokeAll(Flux.just(Invocation.of("echo", "a"), Invocation.of("echo", "b")))
        .subscribe(told);
    await().until(() -> told.signals.contains("onComplete"));
    assertThat(told.signals).containsExactly("onSubscribe", "has it", "a", "b", "onComplete");
  }

  @Test
  void aSubscriberThatThrowsHasCancelledAndItsStreamIsForgotten() {
    List<Throwable> dropped = new CopyOnWriteArrayList<>();
    Hooks.onErrorDropped(dropped::add);
    int before = pool.streams().window();
    AtomicInteger cancelled = new AtomicInteger();
    Told told =
        new Told(
            subscription -> {
              throw new IllegalStateException("mine");
            });
    pool.invokeAll(Flux.<Invocation>never().doOnCancel(cancelled::incrementAndGet)).subscribe(told);
    assertThat(told.signals).containsExactly("onSubscribe");
    assertThat(cancelled).hasValue(1);
    assertThat(dropped).hasSize(1);
    assertThat(pool.streams().window()).isEqualTo(before);
  }

  @Test
  void aPublisherThatEndsWithoutASubscriptionIsNotLost() {
    Publisher<Invocation> rude =
        subscriber -> subscriber.onError(new IllegalStateException("rude"));
    Told told = new Told(subscription -> {});
    pool.invokeAll(rude).subscribe(told);
    assertThat(told.signals).containsExactly("onSubscribe", "has it", "onError");
  }
}
