package io.millrace.integrations;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * An observation that ends once, whoever comes first, and whose handlers harm nobody: what they
 * throw is logged, once for all, and goes no further. Any thread; no lock is held while a handler
 * runs.
 *
 * <p>All have the same keys, as those have that Reactor makes: a meter of one name has to. {@code
 * reactor.type} is Mono or Flux, {@code reactor.status} is completed, error or cancelled.
 */
final class GuardedObservation {

  private static final System.Logger LOGGER = System.getLogger(GuardedObservation.class.getName());

  /** Where Micrometer has the current observation in a Reactor context. */
  private static final String CURRENT = "micrometer.observation";

  private static final AtomicBoolean COMPLAINED = new AtomicBoolean();

  private final Observation observation;
  private final AtomicBoolean ended = new AtomicBoolean();

  private GuardedObservation(Observation observation) {
    this.observation = observation;
  }

  /**
   * Starts one.
   *
   * @param function the value of a key of that name; null for none
   * @param above its parent is the one that is current there
   */
  static GuardedObservation start(
      ObservationRegistry registry,
      String name,
      String type,
      @Nullable String function,
      ContextView above) {
    Observation observation = Observation.NOOP;
    try {
      observation = Observation.createNotStarted(name, registry);
      observation.lowCardinalityKeyValue("reactor.type", type);
      if (function != null) {
        observation.lowCardinalityKeyValue("function", function);
      }
      if (above.hasKey(CURRENT)) {
        observation.parentObservation(above.<Observation>get(CURRENT));
      }
      observation.start();
    } catch (Throwable handlerThrew) {
      complain(handlerThrew);
    }
    return new GuardedObservation(observation);
  }

  /** Observes each subscription, from its beginning to its end; it is current in its context. */
  static <T> Mono<T> mono(
      ObservationRegistry registry, String name, String function, Mono<T> source) {
    return Mono.deferContextual(
        context -> {
          GuardedObservation each = start(registry, name, "Mono", function, context);
          return source
              .doOnSuccess(value -> each.completed())
              .doOnError(each::failed)
              .doOnCancel(each::cancelled)
              .contextWrite(each::currentIn);
        });
  }

  /**
   * The same.
   *
   * @param source of the context in which the observation is current
   */
  static <T> Flux<T> flux(
      ObservationRegistry registry, String name, Function<ContextView, Flux<T>> source) {
    return Flux.deferContextual(
        context -> {
          GuardedObservation each = start(registry, name, "Flux", null, context);
          return source
              .apply(each.currentIn(Context.of(context)))
              .doOnComplete(each::completed)
              .doOnError(each::failed)
              .doOnCancel(each::cancelled)
              .contextWrite(each::currentIn);
        });
  }

  private Context currentIn(Context context) {
    return context.put(CURRENT, observation);
  }

  void completed() {
    end("completed", null);
  }

  void failed(Throwable failure) {
    end("error", failure);
  }

  void cancelled() {
    end("cancelled", null);
  }

  private void end(String status, @Nullable Throwable failure) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    try {
      observation.lowCardinalityKeyValue("reactor.status", status);
      if (failure != null) {
        observation.error(failure);
      }
    } catch (Throwable handlerThrew) {
      complain(handlerThrew);
    }
    try {
      observation.stop();
    } catch (Throwable handlerThrew) {
      complain(handlerThrew);
    }
  }

  private static void complain(Throwable thrown) {
    if (COMPLAINED.compareAndSet(false, true)) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "a handler of observations threw; this is logged once",
          thrown);
    }
  }
}
