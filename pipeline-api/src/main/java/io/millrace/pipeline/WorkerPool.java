package io.millrace.pipeline;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A pool of workers, each with one thread and one guest instance. Safe for use by several threads.
 *
 * <p>Lazy: nothing is started before the first subscription that asks for something; a {@link
 * #stream} starts when it is subscribed to, and a port's message when it is posted. Signals come on
 * the thread of the worker that ran the guest, or that of any other worker of the pool; those of a
 * stream also on the thread that requests, publishes or cancels. Errors for a passed deadline, a
 * termination or an eviction come on a thread of the pool's own, without waiting for the guest; a
 * refusal comes on the submitter's. So subscribers should not block: put {@code publishOn} behind
 * what takes long. One that blocks keeps one such thread; what other subscribers wait for goes to
 * other workers, but for invocations whose key binds them to that worker; what comes on the pool's
 * own threads goes to another one within 10 ms. Up to 255 subscribers may block there and hold up
 * nobody else; with one more, others' errors wait until one returns, and the pool logs that once.
 * Nothing may be invoked and awaited from within such a signal.
 */
public interface WorkerPool extends AutoCloseable {

  /** How many events wait for a subscriber that does not keep up. */
  int EVENTS_KEPT = 256;

  /**
   * The deadline of streams and of ports' messages that have none: a guest whose messages nobody
   * reads keeps its worker no longer. Give those that may take longer one of their own.
   */
  Duration MESSAGES_DEADLINE = Duration.ofSeconds(30);

  /** The deadline of claims that have none. */
  Duration CLAIM_DEADLINE = Duration.ofSeconds(5);

  /**
   * Runs one invocation each time the Mono is subscribed to.
   *
   * <p>Errors with a {@link WorkerException}: {@link WorkerException.InboxFull} at once when as
   * many wait as the pool admits, or admits of this tenant, if its overflow policy makes no room.
   * Cancelling drops an invocation that has not begun, and stops a guest that runs.
   */
  Mono<Reply> invoke(Invocation invocation);

  /**
   * Runs all invocations and answers them in their order.
   *
   * <p>The upstream is asked for no more than the downstream wants, and for no more than the
   * stream's window: the pool's capacity divided by the number of open streams and one, and one for
   * each worker. What arrives while the pool has no room waits in the stream, and nothing is
   * rejected for being too much, unless the pool's overflow policy wants it otherwise.
   *
   * <pre>{@code
   * Flux.just("a", "b")
   *     .map(text -> Invocation.of("sha256", text))
   *     .transform(pool::invokeAll)
   *     .doOnNext(reply -> System.out.println(reply.utf8()))
   *     .blockLast();
   * }</pre>
   *
   * <p>A failure of one invocation is a {@link Reply.Failed} element and ends nothing. The Flux
   * errors when the upstream does, after the replies to all that came before, and with {@link
   * WorkerException.PoolClosed} when the pool is closed.
   */
  Flux<Reply> invokeAll(Publisher<Invocation> invocations);

  /**
   * The same, with replies as they come: one slow invocation does not hold the others' back. {@link
   * Reply#invocation} tells them apart.
   */
  Flux<Reply> invokeAllUnordered(Publisher<Invocation> invocations);

  /**
   * As {@link #invokeAll}, with no more than {@code concurrency} invocations under way at a time;
   * {@link #invokeAll} itself has as many as the pool takes. A stream holds some 8 bytes (32 where
   * replies come as they end) for each that may be under way, from its subscription on: with a
   * small {@code concurrency} many short streams are lighter.
   *
   * @throws IllegalArgumentException when {@code concurrency} is below 1
   */
  Flux<Reply> invokeAll(Publisher<Invocation> invocations, int concurrency);

  /**
   * As {@link #invokeAllUnordered}, with no more than {@code concurrency} invocations under way at
   * a time.
   *
   * @throws IllegalArgumentException when {@code concurrency} is below 1
   */
  Flux<Reply> invokeAllUnordered(Publisher<Invocation> invocations, int concurrency);

  /**
   * A function with types, whose arguments and results are written and read in the guest's memory.
   */
  default <I, O> GuestFunction<I, O> function(String name, Codec<I> arguments, Codec<O> results) {
    return new GuestFunction<>(this, name, arguments, results);
  }

  /**
   * Lends the caller a slice of a guest's memory, each time the Mono is subscribed to: the caller
   * fills it and commits, and then the function runs. For a slice that is filled by somebody else
   * than a codec, and from anywhere.
   *
   * <p>The invocation's payload is {@link Payload#reserved}. Its deadline covers queueing, filling
   * and the function; without one it is {@link #CLAIM_DEADLINE}. While it waits the claim counts as
   * any invocation does. Errors as {@link #invoke} does, with {@link WorkerException.InboxFull}
   * when as many wait as may, and with {@link WorkerException.PayloadTooLarge} when there can be no
   * such room. One that is taken back at its deadline is a {@link WorkerEvent.ClaimReclaimed}.
   *
   * <p>Where each guest has a memory of its own, an open claim keeps its worker: no more are open
   * than the pool has workers. The claim comes on the worker's thread: it can be filled and
   * committed there.
   *
   * <p>Where guests share one memory an open claim keeps no worker. It goes on counting as one that
   * waits until its function begins, and keeps its bytes: when others have all of them it errors at
   * once, with {@link WorkerException.PoolExhausted}, and can be tried again. The claim comes on
   * the subscriber's thread; the very first ones, which build the room for it, on Reactor's bounded
   * elastic scheduler; and where the pool's policy had to make room for it, on a thread of the
   * pool's. A function that the guest does not have is told at the commit. No policy drops a claim
   * that is open. {@link #close} waits for open claims as for all that was accepted, and no longer
   * than their deadlines.
   */
  default Mono<Claim> claim(Invocation invocation) {
    return OpenClaim.of(this, invocation.orDeadline(CLAIM_DEADLINE));
  }

  /**
   * Runs one invocation each time the Flux is subscribed to, and answers what the guest posts while
   * it runs (import {@code millrace.post_message}), then the function's reply unless it is empty.
   *
   * <pre>{@code
   * List<String> messages =
   *     pool.stream(Invocation.of("echo", "abc")).map(String::new).collectList().block();
   * }</pre>
   *
   * <p>The guest starts at the subscription, and runs without demand, too: up to 16 messages are
   * kept for the subscriber. Then it waits for demand, and its deadline runs on: that of the
   * invocation, or {@link #MESSAGES_DEADLINE}. Cancelling stops it. Errors as {@link #invoke} does,
   * after all messages that the guest was told were taken. Signals come on Reactor's parallel
   * scheduler.
   */
  default Flux<byte[]> stream(Invocation invocation) {
    return MessageStream.of(this, invocation, Codecs.bytes());
  }

  /**
   * Opens a port to one worker. Each message that is posted runs the function of {@code template},
   * with its tenant, priority and deadline (without one {@link #MESSAGES_DEADLINE}) and the message
   * as its payload. Ports whose templates have equal keys reach the same worker; without a key the
   * pool picks one.
   */
  default MessagePort connect(Invocation template) {
    return new PoolMessagePort(this, template);
  }

  /**
   * What happens in the pool from now on:
   *
   * <pre>{@code
   * pool.events().subscribe(event -> System.err.println(event));
   * }</pre>
   *
   * <p>For any number of subscribers. Each has room for {@link #EVENTS_KEPT} events; of one that
   * does not keep up the oldest are dropped, and counted in {@link
   * WorkerPoolMetrics#droppedEvents}; others lose nothing by that. Completes when the pool has
   * ended. Signals come on Reactor's bounded elastic scheduler: a subscriber may block. That keeps
   * one of the scheduler's threads, of which there are ten for each core by default: with as many
   * that block, other work of that scheduler waits behind them.
   */
  Flux<WorkerEvent> events();

  /**
   * What the pool has done and what it is doing (what others call its stats): an estimate while it
   * works, exact when idle.
   */
  WorkerPoolMetrics metrics();

  /**
   * How loaded the pool was of late, and how many workers would do. Costs some 20 us for each
   * worker; asked by one thread at a time.
   */
  WorkerPoolLoad load();

  /**
   * Accepts nothing more, lets what was accepted end (open claims, too: they may still be
   * committed), then ends the workers. Waits for that up to the pool's drain timeout; what has not
   * ended by then is terminated: its callers get {@link WorkerException.WorkerTerminated}. From a
   * worker's own thread it does not wait. Harmless when repeated.
   */
  @Override
  void close();

  /**
   * As {@link #close}, without a thread that waits: completes when the last worker has ended. On
   * Reactor's bounded elastic scheduler; starts when it is subscribed to.
   */
  default Mono<Void> closeGracefully() {
    return Mono.<Void>fromRunnable(this::close).subscribeOn(Schedulers.boundedElastic());
  }

  /**
   * Ends the pool at once: what waits is dropped, guests that run are stopped. All callers get
   * {@link WorkerException.WorkerTerminated}, without waiting for any guest. Returns before all
   * guests have stopped; {@link #close} waits for them. Calls no code of publishers or subscribers:
   * they are told on other threads. Harmless when repeated.
   */
  void terminate();

  /**
   * Emits why the pool was terminated, when {@link #terminate} is called, when {@link #close} has
   * waited for too long, or when the pool has closed itself. Emits and completes at no other time:
   * a pool that has ended in peace can be terminated yet. Comes soon afterwards, on Reactor's
   * {@code boundedElastic}, for each subscriber by itself: one that blocks keeps a thread there.
   * {@link #terminated} tells at once.
   */
  default Mono<WorkerException> termination() {
    return Mono.never();
  }

  /**
   * What {@link #termination} emits, or is about to; null while the pool was not terminated. Any
   * thread; costs next to nothing.
   */
  default @Nullable WorkerException terminated() {
    return null;
  }
}
