package io.millrace.pipeline;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.ContextView;

/**
 * A port over a pool: a message is an invocation under the port's key, so one worker runs them all,
 * in order.
 */
final class PoolMessagePort implements MessagePort {

  /** Begins with a character that no text of a user's has, so that no user's key is equal. */
  private static final String UNNAMED = "\0port-";

  private static final AtomicLong NUMBERS = new AtomicLong();

  private final WorkerPool pool;
  private final Invocation template;
  private final MessageChannel<byte[]> channel = new MessageChannel<>(Codecs.bytes());
  private final Flux<byte[]> messages;
  private final Sinks.Many<WorkerException> errors = Sinks.many().multicast().directBestEffort();

  /** Messages under way, and one for the port while it is open. At 0 all is over. */
  private final AtomicInteger open = new AtomicInteger(1);

  private final AtomicBoolean closed = new AtomicBoolean();

  PoolMessagePort(WorkerPool pool, Invocation template) {
    this.pool = pool;
    String key = template.key() == null ? UNNAMED + NUMBERS.incrementAndGet() : template.key();
    this.template =
        template.withKey(key).withReceiver(channel).orDeadline(WorkerPool.MESSAGES_DEADLINE);
    this.messages =
        channel
            .flux()
            .handle(this::unlessTerminated)
            .takeUntilOther(
                termination()
                    .publishOn(Schedulers.parallel()) // as all its signals
                    .flatMap(Mono::error));
  }

  /** Closes the port, too. */
  private Mono<WorkerException> termination() {
    return pool.termination().doOnNext(cause -> close());
  }

  /** Asked for each message: who has terminated the pool sees none afterwards. */
  private void unlessTerminated(byte[] message, SynchronousSink<byte[]> subscriber) {
    WorkerException cause = pool.terminated();
    if (cause == null) {
      subscriber.next(message);
    } else {
      subscriber.error(cause);
    }
  }

  @Override
  public void post(Payload message, ContextView context) {
    Mono<Reply> invoked = pool.invoke(template.withPayload(cloned(message)));
    Mono<Reply> posted = context.isEmpty() ? invoked : invoked.contextWrite(context);
    if (!tryBegin()) {
      throw new WorkerException.PoolClosed("message port to " + template.function());
    }
    Post post = new Post(Thread.currentThread());
    posted.subscribe(reply -> post.ended(), post::failed);
    post.over();
  }

  /** Whoever posts is not told when its bytes have been read: so they are its own again at once. */
  private static Payload cloned(Payload message) {
    if (message instanceof Payload.Copied copied) {
      int from = copied.offset();
      return Payload.copied(Arrays.copyOfRange(copied.array(), from, from + copied.length()));
    }
    if (message instanceof Payload.Encoded<?> encoded
        && encoded.codec() == Codecs.buffers()
        && encoded.value() instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return Payload.copied(bytes);
    }
    return message;
  }

  private boolean tryBegin() {
    while (!closed.get()) {
      int count = open.get();
      if (count != 0 && open.compareAndSet(count, count + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Tells a refusal, which comes while it is being posted, from what happens later. */
  private final class Post {

    private final AtomicBoolean ended = new AtomicBoolean();
    private @Nullable Thread poster;
    private @Nullable WorkerException refusal;

    Post(Thread poster) {
      this.poster = poster;
    }

    void failed(Throwable failure) {
      WorkerException known =
          failure instanceof WorkerException typed
              ? typed
              : new WorkerException.WorkerTerminated("it was not run: " + failure, failure);
      try {
        if (Thread.currentThread() == poster) {
          refusal = known;
        } else {
          Signals.next(errors, known);
        }
      } finally {
        ended();
      }
    }

    /** Once: what fails on the way out of here comes back as a failure. */
    void ended() {
      if (ended.compareAndSet(false, true)) {
        PoolMessagePort.this.ended();
      }
    }

    void over() {
      poster = null;
      if (refusal != null) {
        throw refusal;
      }
    }
  }

  private void ended() {
    if (open.decrementAndGet() == 0) {
      try {
        WorkerException cause = pool.terminated();
        if (cause == null) {
          channel.end();
        } else {
          channel.fail(cause);
        }
      } finally {
        Signals.complete(errors);
      }
    }
  }

  @Override
  public Flux<byte[]> messages() {
    return messages;
  }

  @Override
  public Flux<WorkerException> errors() {
    return errors
        .asFlux()
        .onBackpressureBuffer(WorkerPool.EVENTS_KEPT - 1, BufferOverflowStrategy.DROP_OLDEST)
        .publishOn(Schedulers.parallel(), false, 1) // which is on its way
        .takeUntilOther(termination().then(Mono.never())); // closes the port, and ends nothing
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      ended();
    }
  }
}
