package io.millrace.integrations;

import io.micrometer.observation.ObservationRegistry;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Invocations as observations of Micrometer, and so as spans where a tracer listens.
 *
 * <p>Each has the low-cardinality keys {@code reactor.type} (Mono or Flux) and {@code
 * reactor.status} (completed, error or cancelled), as those have that Reactor makes; those of an
 * invocation have {@code function}, too. What a handler throws is logged, once, and harms nobody.
 */
public final class Observations {

  /** What the observations are called. */
  public static final String NAME = "millrace.invocation";

  /** What the observation of a whole stream is called. */
  public static final String STREAM_NAME = "millrace.invocations";

  private Observations() {}

  /**
   * The pool with all that is invoked through it observed, as by {@link #invoke}: also what {@link
   * WorkerPool#function functions} call, {@link WorkerPool#stream streams}, and each message that
   * is posted to a {@link WorkerPool#connect port}. Each is a child of the observation that is
   * current in the Reactor context of its subscriber, or in the one that is {@linkplain
   * io.millrace.pipeline.MessagePort#post(io.millrace.pipeline.Payload,
   * reactor.util.context.ContextView) posted with} the message.
   *
   * <p>The streams of {@code invokeAll} are observations as by {@link #invokeAll}, and each of
   * their invocations is one, too, below that of its stream. It costs two or three objects and a
   * lock for each; who does not want that calls {@link #invokeAll} with the bare pool. Claims are
   * not observed. To close it is to close {@code pool}.
   */
  public static WorkerPool observed(WorkerPool pool, ObservationRegistry registry) {
    return new ObservedPool(pool, registry);
  }

  /**
   * As {@link WorkerPool#invoke}, observed from subscription to reply, as a child of the
   * observation that is current in the subscriber's Reactor context. The function is a tag of it.
   */
  public static Mono<Reply> invoke(
      WorkerPool pool, ObservationRegistry registry, Invocation invocation) {
    return GuardedObservation.mono(registry, NAME, invocation.function(), pool.invoke(invocation));
  }

  /**
   * As {@link WorkerPool#invokeAll}, all of it one observation, from subscription to its end: a
   * child of the one that is current in the subscriber's Reactor context, and current itself in the
   * context of {@code invocations}. Single invocations are no observations here: there may be
   * millions. With {@link #observed} they are.
   */
  public static Flux<Reply> invokeAll(
      WorkerPool pool, ObservationRegistry registry, Publisher<Invocation> invocations) {
    return GuardedObservation.flux(registry, STREAM_NAME, context -> pool.invokeAll(invocations));
  }
}
