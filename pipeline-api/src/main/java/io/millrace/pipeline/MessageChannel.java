package io.millrace.pipeline;

import io.millrace.memory.Slice;
import io.millrace.pipeline.spi.Receiver;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * What guests post, on its way from the worker's thread to a subscriber. The guest waits while
 * there is no demand, and its deadline runs on; so nothing piles up but {@link #WINDOW} messages on
 * their way to the subscriber's thread.
 *
 * <pre>
 *   guest, worker's thread --demand.acquire()--&gt; sink --publishOn--&gt; subscriber
 *                              ^                                       |
 *                              +------------- request(n) --------------+
 * </pre>
 */
final class MessageChannel<T> implements Receiver {

  /** Messages under way. Each request upstream is for three quarters of it. */
  private static final int WINDOW = 16;

  private final Codec<T> codec;
  private final Semaphore demand = new Semaphore(0);
  private final AtomicBoolean subscribed = new AtomicBoolean();

  /** Null when its subscriber has left: the guest is told that nobody wants its messages. */
  private volatile Sinks.@Nullable Many<T> sink = Sinks.many().unicast().onBackpressureBuffer();

  MessageChannel(Codec<T> codec) {
    this.codec = codec;
  }

  /**
   * The messages, for one subscriber. Signals come on Reactor's parallel scheduler: on the worker's
   * thread the guest is still running.
   */
  Flux<T> flux() {
    return Flux.defer(
        () -> {
          Sinks.Many<T> present = sink;
          if (present == null || !subscribed.compareAndSet(false, true)) {
            return Flux.error(new IllegalStateException("messages are for one subscriber"));
          }
          return present
              .asFlux()
              .doOnRequest(wanted -> demand.release((int) Math.min(wanted, WINDOW)))
              .doOnCancel(this::abandon)
              .publishOn(Schedulers.parallel(), true, WINDOW); // what was taken comes first
        });
  }

  private void abandon() {
    sink = null;
    demand.release(Integer.MAX_VALUE / 2); // nobody waits any more
  }

  @Override
  public boolean message(Slice message) throws InterruptedException {
    T value = codec.decode(message); // before the permit: it may throw
    demand.acquire();
    return tryEmit(value);
  }

  /** False when nobody listens any more. */
  private boolean tryEmit(T value) {
    Sinks.Many<T> listener = sink;
    // A guest that was given up posts beside the next one: neither loses its message.
    Sinks.EmitResult result =
        listener == null ? Sinks.EmitResult.FAIL_CANCELLED : Signals.next(listener, value);
    return switch (result) {
      case OK -> true;
      case FAIL_CANCELLED, FAIL_TERMINATED -> false;
      default -> throw new IllegalStateException("a message could not be told: " + result);
    };
  }

  /**
   * A function's own reply is its last message, if it has any bytes. It is dropped where its
   * subscriber has left, as what the guest posts is refused.
   */
  @Override
  public Object reply(Slice reply) {
    if (reply.length() > 0) {
      try {
        message(reply);
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
      }
    }
    return this;
  }

  void end() {
    Sinks.Many<T> listener = sink;
    if (listener != null) {
      Signals.complete(listener);
    }
  }

  /** Also from another thread than the guest's, which may be about to post. */
  void fail(Throwable failure) {
    Sinks.Many<T> listener = sink;
    if (listener != null) {
      Signals.error(listener, failure);
    }
  }
}
