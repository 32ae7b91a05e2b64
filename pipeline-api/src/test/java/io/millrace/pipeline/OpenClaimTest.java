package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.memory.BumpArena;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import java.lang.reflect.Proxy;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

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
}
