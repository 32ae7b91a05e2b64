package io.millrace.integrations;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Queue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.observability.micrometer.Micrometer;
import reactor.core.publisher.Flux;

/**
 * The invocations of one stream, each an observation below the stream's own: from its arrival in
 * the stream to its reply. A reply carries the very invocation that it answers, by which the two
 * are brought together; so the pool's operator need not know of observations. Several threads.
 */
final class InvocationsObserved {

  /** Where Micrometer has the current observation in a Reactor context. */
  private static final String CURRENT = "micrometer.observation";

  private final ObservationRegistry registry;
  private final @Nullable Observation stream;

  /** Several to one invocation, if that is sent several times. Guarded by itself. */
  private final IdentityHashMap<Invocation, Queue<Observation>> open = new IdentityHashMap<>();

  private InvocationsObserved(ObservationRegistry registry, @Nullable Observation stream) {
    this.registry = registry;
    this.stream = stream;
  }

  static Flux<Reply> of(
      ObservationRegistry registry,
      Publisher<Invocation> invocations,
      Function<Publisher<Invocation>, Flux<Reply>> pool) {
    return Flux.deferContextual(
            context -> {
              InvocationsObserved each =
                  new InvocationsObserved(
                      registry, context.hasKey(CURRENT) ? context.get(CURRENT) : null);
              return pool.apply(Flux.from(invocations).doOnNext(each::begin))
                  .doOnNext(each::end)
                  .doFinally(signal -> each.endAll());
            })
        .name(Observations.STREAM_NAME)
        .tap(Micrometer.observation(registry));
  }

  private void begin(Invocation invocation) {
    Observation observation =
        Observation.createNotStarted(Observations.NAME, registry)
            .lowCardinalityKeyValue("function", invocation.function())
            .parentObservation(stream)
            .start();
    synchronized (open) {
      open.computeIfAbsent(invocation, none -> new ArrayDeque<>(1)).add(observation);
    }
  }

  private void end(Reply reply) {
    Observation observation;
    synchronized (open) {
      Queue<Observation> ofThis = open.get(reply.invocation());
      observation = ofThis == null ? null : ofThis.poll();
      if (ofThis != null && ofThis.isEmpty()) {
        open.remove(reply.invocation());
      }
    }
    if (observation != null) {
      if (reply instanceof Reply.Failed failed) {
        observation.error(failed.failure());
      }
      observation.stop();
    }
  }

  /** The stream was cancelled, or has failed: those that are left have no reply. */
  private void endAll() {
    synchronized (open) {
      open.values().forEach(ofThis -> ofThis.forEach(Observation::stop));
      open.clear();
    }
  }
}
