package io.millrace.pipeline;

import io.millrace.memory.Slice;
import io.millrace.pipeline.spi.Receiver;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A guest's function with types. Arguments are written straight into the guest's memory and results
 * read straight out of it, on the worker's thread. Immutable; safe for use by several threads.
 *
 * <pre>{@code
 * GuestFunction<String, byte[]> sha256 = pool.function("sha256", Codecs.utf8(), Codecs.bytes());
 * Mono<byte[]> digest = sha256.withDeadline(Duration.ofSeconds(5)).invoke("hello");
 * byte[] hex = digest.block();
 * }</pre>
 *
 * @param <I> what the function is given
 * @param <O> what it answers
 */
public final class GuestFunction<I, O> {

  private final WorkerPool pool;
  private final Invocation template;
  private final Codec<I> arguments;
  private final Codec<O> results;

  GuestFunction(WorkerPool pool, String name, Codec<I> arguments, Codec<O> results) {
    this(
        pool,
        Invocation.of(name, new byte[0]).withReceiver(new Decoding<>(results)),
        arguments,
        results);
  }

  private GuestFunction(
      WorkerPool pool, Invocation template, Codec<I> arguments, Codec<O> results) {
    this.pool = pool;
    this.template = template;
    this.arguments = Objects.requireNonNull(arguments, "arguments");
    this.results = Objects.requireNonNull(results, "results");
  }

  private record Decoding<T>(Codec<T> codec) implements Receiver {
    @Override
    public Object reply(Slice reply) {
      return codec.decode(reply);
    }
  }

  /** Runs the function each time the Mono is subscribed to. As {@link WorkerPool#invoke}. */
  public Mono<O> invoke(I input) {
    return pool.invoke(invocation(input)).map(this::value);
  }

  /**
   * Runs the function for each input and answers the results in their order; the first failure ends
   * the Flux. Where one failure shall not end the others, use {@link #invocation} with {@link
   * WorkerPool#invokeAll}, and {@link #value}.
   */
  public Flux<O> invokeAll(Publisher<? extends I> inputs) {
    return pool.invokeAll(Flux.from(inputs).map(this::invocation)).map(this::value);
  }

  /** Runs the function and answers what it posts. As {@link WorkerPool#stream}. */
  public Flux<O> stream(I input) {
    return MessageStream.of(pool, invocation(input), results);
  }

  /**
   * Has a worker and its guest ready for this function, and runs nothing: so that the first call
   * need not wait for the module to compile. Nothing is started before the Mono is subscribed to.
   * Errors as {@link #invoke} does, as with a function that the guest does not have; without a
   * deadline it waits for as long as the start takes. Counts as an invocation that was cancelled.
   */
  public Mono<Void> ready() {
    // The worker has come as far as to encode the payload: there it is called off.
    Invocation nothing = template.withReceiver(null).withPayload(Payload.reserved(0));
    return OpenClaim.of(pool, nothing).doOnNext(Claim::close).then();
  }

  /** One call, to be sent through the pool. */
  public Invocation invocation(I input) {
    return template.withPayload(Payload.encoded(input, arguments));
  }

  /**
   * The result in a reply to an {@link #invocation} of this function.
   *
   * @throws WorkerException the failure, when there is no result
   */
  @SuppressWarnings("unchecked") // its own codec made it
  public O value(Reply reply) {
    return (O) reply.value();
  }

  /** The same on behalf of {@code tenant}. */
  public GuestFunction<I, O> withTenant(@Nullable String tenant) {
    return with(template.withTenant(tenant));
  }

  /** The same under {@code key}. */
  public GuestFunction<I, O> withKey(@Nullable String key) {
    return with(template.withKey(key));
  }

  /** The same with {@code priority}. */
  public GuestFunction<I, O> withPriority(int priority) {
    return with(template.withPriority(priority));
  }

  /** The same with {@code deadline} for each call. */
  public GuestFunction<I, O> withDeadline(@Nullable Duration deadline) {
    return with(template.withDeadline(deadline));
  }

  private GuestFunction<I, O> with(Invocation next) {
    return new GuestFunction<>(pool, next, arguments, results);
  }
}
