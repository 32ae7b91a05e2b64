package io.millrace.integrations;

import io.micrometer.observation.ObservationRegistry;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.util.context.ContextView;

/**
 * The invocations of one stream, each an observation below the stream's own: from its arrival in
 * the stream to its reply. A reply carries the very invocation that it answers, by which the two
 * are brought together; so the pool's operator need not know of observations. Several threads.
 */
final class InvocationsObserved {

  private final ObservationRegistry registry;
  private final ContextView stream;

  /** Several to one invocation, if that is sent several times. Guarded by itself. */
  private final IdentityHashMap<Invocation, Queue<GuardedObservation>> open =
      new IdentityHashMap<>();

  /** No reply comes any more. Guarded by {@link #open}. */
  private boolean over;

  private InvocationsObserved(ObservationRegistry registry, ContextView stream) {
    this.registry = registry;
    this.stream = stream;
  }

  static Flux<Reply> of(
      ObservationRegistry registry,
      Publisher<Invocation> invocations,
      Function<Publisher<Invocation>, Flux<Reply>> pool) {
    return GuardedObservation.flux(
        registry,
        Observations.STREAM_NAME,
        stream -> {
          InvocationsObserved each = new InvocationsObserved(registry, stream);
          return pool.apply(Flux.from(invocations).doOnNext(each::begin))
              .doOnNext(each::end)
              .doFinally(signal -> each.endAll());
        });
  }

  private void begin(Invocation invocation) {
    GuardedObservation observation =
        GuardedObservation.start(
            registry, Observations.NAME, "Flux", invocation.function(), stream);
    synchronized (open) {
      if (!over) {
        open.computeIfAbsent(invocation, none -> new ArrayDeque<>(1)).add(observation);
        return;
      }
    }
    observation.cancelled(); // while it was started: nobody else knows of it
  }

  private void end(Reply reply) {
    GuardedObservation observation = take(reply.invocation());
    if (observation == null) {
      return;
    }
    if (reply instanceof Reply.Failed failed) {
      observation.failed(failed.failure());
    } else {
      observation.completed();
    }
  }

  private @Nullable GuardedObservation take(Invocation invocation) {
    synchronized (open) {
      Queue<GuardedObservation> ofThis = open.get(invocation);
      GuardedObservation observation = ofThis == null ? null : ofThis.poll();
      if (ofThis != null && ofThis.isEmpty()) {
        open.remove(invocation);
      }
      return observation;
    }
  }

  /** The stream was cancelled, or has failed: those that are left have no reply. */
  private void endAll() {
    List<GuardedObservation> left = new ArrayList<>();
    synchronized (open) {
      over = true;
      open.values().forEach(left::addAll);
      open.clear();
    }
    left.forEach(GuardedObservation::cancelled);
  }
}
