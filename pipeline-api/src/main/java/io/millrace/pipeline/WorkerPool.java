package io.millrace.pipeline;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A pool of workers, each with one thread and one guest instance. Safe for use by several threads.
 *
 * <p>Lazy: nothing is started before the first subscription that asks for something. Signals come
 * on the thread of the worker that ran the guest, or that of any other worker of the pool. Errors
 * for a passed deadline, a termination or an eviction come on a thread of the pool's own, without
 * waiting for the guest. So subscribers should not block: put {@code publishOn} behind what takes
 * long. One that blocks keeps one such thread; what other subscribers wait for goes to other
 * workers, but for invocations whose key binds them to that worker. Nothing may be invoked and
 * awaited from within such a signal.
 */
public interface WorkerPool extends AutoCloseable {

  /**
   * Runs one invocation each time the Mono is subscribed to.
   *
   * <p>Errors with a {@link WorkerException}: {@link WorkerException.InboxFull} at once when as
   * many wait as the pool admits, if its overflow policy makes no room. Cancelling drops an
   * invocation that has not begun, and stops a guest that runs.
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

  /** What the pool has done and what it is doing: an estimate while it works, exact when idle. */
  WorkerPoolMetrics metrics();

  /**
   * How loaded the pool was of late, and how many workers would do. Costs some 20 us for each
   * worker; asked by one thread at a time.
   */
  WorkerPoolLoad load();

  /**
   * Accepts nothing more, lets what was accepted end, then ends the workers. Waits for that up to
   * the pool's drain timeout; what has not ended by then is terminated: its callers get {@link
   * WorkerException.WorkerTerminated}. From a worker's own thread it does not wait. Harmless when
   * repeated.
   */
  @Override
  void close();

  /**
   * Ends the pool at once: what waits is dropped, guests that run are stopped. All callers get
   * {@link WorkerException.WorkerTerminated}, without waiting for any guest. Returns before all
   * guests have stopped; {@link #close} waits for them. Harmless when repeated.
   */
  void terminate();
}
