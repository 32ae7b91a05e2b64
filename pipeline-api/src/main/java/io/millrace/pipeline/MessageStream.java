package io.millrace.pipeline;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/** One invocation, many messages. */
final class MessageStream {

  private MessageStream() {}

  static <T> Flux<T> of(WorkerPool pool, Invocation template, Codec<T> codec) {
    Invocation invocation = template.orDeadline(WorkerPool.MESSAGES_DEADLINE);
    return Flux.deferContextual(
        context -> {
          MessageChannel<T> channel = new MessageChannel<>(codec);
          Disposable.Swap running = Disposables.swap();
          return channel
              .flux()
              .doOnSubscribe(
                  subscriber ->
                      running.update(
                          pool.invoke(invocation.withReceiver(channel))
                              .contextWrite(context)
                              .subscribe(reply -> channel.end(), channel::fail)))
              .doOnCancel(running::dispose);
        });
  }
}
