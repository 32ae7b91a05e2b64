package io.millrace.pipeline;

import reactor.core.publisher.Sinks;

/**
 * Signals to a sink from several threads. One that meets another's waits for it: a sink refuses it
 * otherwise, and it would be lost. Only for sinks whose subscribers stand behind a {@code
 * publishOn}: there a signal is over at once, whatever a subscriber does. The loops are bare, as
 * who signals may be one of Reactor's threads, of which {@code onSpinWait} is not expected.
 */
final class Signals {

  private Signals() {}

  static <T> Sinks.EmitResult next(Sinks.Many<T> sink, T value) {
    Sinks.EmitResult result;
    do {
      result = sink.tryEmitNext(value);
    } while (result == Sinks.EmitResult.FAIL_NON_SERIALIZED);
    return result;
  }

  static void complete(Sinks.Many<?> sink) {
    Sinks.EmitResult result;
    do {
      result = sink.tryEmitComplete();
    } while (result == Sinks.EmitResult.FAIL_NON_SERIALIZED);
  }

  static void error(Sinks.Many<?> sink, Throwable failure) {
    Sinks.EmitResult result;
    do {
      result = sink.tryEmitError(failure);
    } while (result == Sinks.EmitResult.FAIL_NON_SERIALIZED);
  }
}
