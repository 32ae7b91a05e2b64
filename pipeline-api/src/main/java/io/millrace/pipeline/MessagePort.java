package io.millrace.pipeline;

import reactor.core.publisher.Flux;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A way to one worker and back, like a browser's MessagePort. What is posted runs one function of
 * the guest, one message after the other, on one worker; what the guest posts meanwhile comes back.
 * Safe for use by several threads.
 *
 * <pre>{@code
 * try (MessagePort port = pool.connect(Invocation.of("sha256", ""))) {
 *   Mono<byte[]> first = port.messages().next();
 *   port.post(Payload.utf8("abc"));
 *   String digest = new String(first.block());
 * }
 * }</pre>
 */
public interface MessagePort extends AutoCloseable {

  /**
   * Queues a message for the worker and returns. Messages are run in the order of their posting.
   *
   * <p>Arrays and buffers of a {@linkplain Payload#copied copied} payload are copied here: they are
   * the caller's again when this returns. What a codec is to write ({@link Payload#encoded}) is
   * read when its message runs.
   *
   * <p>Slices of a {@linkplain Payload#transferred transferred} payload are the guest's from now
   * on; when this throws, nothing was sent and they are still the caller's.
   *
   * <p>A pool that makes room at the cost of what waits (its overflow policy {@code DROP_OLDEST} or
   * {@code SHED_LATE}) decides only afterwards: with such a one this does not throw for want of
   * room, and {@link WorkerException.InboxFull}, {@link WorkerException.Dropped} and {@link
   * WorkerException.Shed} come through {@link #errors}; so does a slice that is not live.
   *
   * @throws WorkerException.InboxFull when as many wait as the pool admits
   * @throws WorkerException.PoolClosed when this port or the pool is closed
   * @throws WorkerException.SliceMisuse when a slice is not live, or is named twice
   */
  default void post(Payload message) {
    post(message, Context.empty());
  }

  /**
   * The same on behalf of somebody whose Reactor context this is, as the invocation has it that the
   * message becomes: what observes the pool finds the current trace there, and {@link
   * WorkerPoolRecorder#submitted} is given it. Within a pipeline:
   *
   * <pre>{@code
   * MessagePort port = pool.connect(Invocation.of("sha256", ""));
   * Mono<byte[]> answered = Mono.deferContextual(
   *     context -> {
   *       port.post(Payload.utf8("abc"), context);
   *       port.close();
   *       return port.messages().single();
   *     });
   * byte[] digest = answered.contextWrite(Context.of("trace", "4711")).block();
   * }</pre>
   *
   * <p>What comes back through {@link #messages} has the context of who subscribed to that.
   *
   * @param context is kept until the message has run
   */
  void post(Payload message, ContextView context);

  /**
   * What the guest posts while it runs this port's messages, and its function's replies unless they
   * are empty. For one subscriber; without a subscriber the guest waits, and without demand from
   * the seventeenth message on, as up to 16 are kept for the subscriber. The guest's deadline runs
   * on: that of the port's template, or {@link WorkerPool#MESSAGES_DEADLINE}. Once the subscriber
   * has cancelled, what guests post is refused and replies are dropped. Completes when the port is
   * closed and its last message has run.
   *
   * <p>When the pool is terminated this errors at once with {@link
   * WorkerException.WorkerTerminated}, and what was on its way to the subscriber is dropped, as a
   * browser empties the queue of a terminated worker's port (HTML, "terminate a worker"). A second
   * subscriber gets {@link IllegalStateException}. It errors in no other case.
   */
  Flux<byte[]> messages();

  /**
   * Messages that failed, and why: a trap is an error event, a {@link WorkerException.CodecFailed}
   * a messageerror. Later messages run as usual. For any number of subscribers, each with room for
   * {@link WorkerPool#EVENTS_KEPT} failures: of one that does not keep up the oldest are dropped.
   * Completes when the port is closed, or the pool terminated, and its last message has ended.
   * Signals come on Reactor's parallel scheduler.
   */
  Flux<WorkerException> errors();

  /** Posts nothing more; what was posted runs. Harmless when repeated. */
  @Override
  void close();
}
