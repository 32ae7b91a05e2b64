package io.millrace.integrations;

import io.micrometer.observation.ObservationRegistry;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import org.reactivestreams.Publisher;
import reactor.core.observability.micrometer.Micrometer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Invocations as observations of Micrometer, and so as spans where a tracer listens. */
public final class Observations {

  /** What the observations are called. */
  public static final String NAME = "millrace.invocation";

  /** What the observation of a whole stream is called. */
  public static final String STREAM_NAME = "millrace.invocations";

  private Observations() {}

  /**
   * As {@link WorkerPool#invoke}, observed from subscription to reply, as a child of the
   * observation that is current in the subscriber's Reactor context. The function is a tag of it.
   */
  public static Mono<Reply> invoke(
      WorkerPool pool, ObservationRegistry registry, Invocation invocation) {
    return pool.invoke(invocation)
        .name(NAME)
        .tag("function", invocation.function())
        .tap(Micrometer.observation(registry));
  }

  /**
   * As {@link WorkerPool#invokeAll}, all of it one observation, from subscription to its end: a
   * child of the one that is current in the subscriber's Reactor context, and current itself in the
   * context of {@code invocations}. Single invocations are no observations here: there may be
   * millions.
   */
  public static Flux<Reply> invokeAll(
      WorkerPool pool, ObservationRegistry registry, Publisher<Invocation> invocations) {
    return pool.invokeAll(invocations).name(STREAM_NAME).tap(Micrometer.observation(registry));
  }
}
