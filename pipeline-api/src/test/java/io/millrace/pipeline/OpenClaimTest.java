package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.memory.BumpArena;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class OpenClaimTest {

  private final AtomicBoolean cancelled = new AtomicBoolean();

  /** Whether the invocation had been cancelled when its codec ended. */
  private final AtomicBoolean cancelledBefore = new AtomicBoolean();

  /** Its worker runs the codec to its end before the one who subscribes is back. */
  private Mono<Reply> running(Invocation invocation) {
    return new Mono<>() {
      @Override
      public void subscribe(CoreSubscriber<? super Reply> actual) {
        actual.onSubscribe(
            new Subscription() {
              @Override
              public void request(long n) {
                encodeOnAnotherThread(invocation);
              }

              @Override
              public void cancel() {
                cancelled.set(true);
              }
            });
      }
    };
  }

  private void encodeOnAnotherThread(Invocation invocation) {
    Payload.Encoded<?> payload = (Payload.Encoded<?>) invocation.payload();
    FutureTask<Boolean> worker =
        new FutureTask<>(
            () -> {
              try {
                encode(payload);
              } catch (CancellationException aborted) {
                cancelledBefore.set(cancelled.get());
              }
              return true;
            });
    new Thread(worker).start();
    try {
      worker.get();
    } catch (InterruptedException | ExecutionException failed) {
      throw new AssertionError(failed);
    }
  }

  private static <T> void encode(Payload.Encoded<T> payload) {
    BumpArena arena = new BumpArena(new PrivateLinearMemory(new PageLimits(1, 1)), 0, 64);
    payload.codec().encode(payload.value(), arena.allocate(8, 8));
  }

  @Test
  void aClaimThatIsClosedByAnotherThreadIsCancelledAndHasNotFailed() {
    WorkerPool pool =
        (WorkerPool)
            Proxy.newProxyInstance(
                WorkerPool.class.getClassLoader(),
                new Class<?>[] {WorkerPool.class},
                (proxy, method, args) -> running((Invocation) args[0]));
    Invocation echo = Invocation.of("echo", Payload.reserved(8));
    OpenClaim.of(pool, echo).subscribe(claim -> new Thread(claim::close).start());
    assertThat(cancelled).isTrue();
    assertThat(cancelledBefore).as("before the worker could call it a failure").isTrue();
  }

  @Test
  void aCommitThatMeetsACloseIsAnsweredOrRefused() throws InterruptedException {
    WorkerPool pool =
        (WorkerPool)
            Proxy.newProxyInstance(
                WorkerPool.class.getClassLoader(),
                new Class<?>[] {WorkerPool.class},
                (proxy, method, args) -> encoded((Invocation) args[0]));
    for (int round = 0; round < 1_000; round++) {
      Claim claim =
          Objects.requireNonNull(
              OpenClaim.of(pool, Invocation.of("echo", Payload.reserved(8))).block());
      CyclicBarrier both = new CyclicBarrier(2);
      Thread closer = new Thread(() -> closeBehind(both, claim));
      closer.start();
      meet(both);
      try {
        claim.commit(1).block(Duration.ofSeconds(5));
      } catch (WorkerException.SliceMisuse refused) {
        assertThat(refused).isNotNull();
      }
      closer.join();
    }
  }

  private static void closeBehind(CyclicBarrier both, Claim claim) {
    meet(both);
    claim.close();
  }

  private static void meet(CyclicBarrier both) {
    try {
      both.await();
    } catch (InterruptedException | BrokenBarrierException failed) {
      throw new AssertionError(failed);
    }
  }

  /** Answers what was committed. */
  private static Mono<Reply> encoded(Invocation invocation) {
    Mono<Reply> answer =
        Mono.defer(
            () -> {
              try {
                encode((Payload.Encoded<?>) invocation.payload());
              } catch (CancellationException aborted) {
                return Mono.empty();
              }
              return Mono.just(new Reply.Completed(invocation, new byte[0], 1, 1));
            });
    return answer.subscribeOn(Schedulers.boundedElastic());
  }
}
