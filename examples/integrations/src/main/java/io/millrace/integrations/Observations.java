package io.millrace.integrations;

import io.micrometer.observation.ObservationRegistry;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import reactor.core.observability.micrometer.Micrometer;
import reactor.core.publisher.Mono;

/** Invocations as observations of Micrometer, and so as spans where a tracer listens. */
public final class Observations {

  /** What the observations are called. */
  public static final String NAME = "millrace.invocation";

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
}
