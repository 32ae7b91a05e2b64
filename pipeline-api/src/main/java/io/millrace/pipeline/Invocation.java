package io.millrace.pipeline;

import io.millrace.pipeline.spi.Receiver;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call of a guest's function.
 *
 * <pre>{@code
 * Invocation call =
 *     Invocation.of("sha256", "abc").withTenant("acme").withDeadline(Duration.ofSeconds(1));
 * String digest = pool.invoke(call).block().utf8();
 * }</pre>
 *
 * @param function the name of the export that is called
 * @param payload what the function gets
 * @param tenant on whose behalf; an instance is never carried over from one tenant to another.
 *     {@code null} is the one anonymous tenant
 * @param key invocations of one key run on one worker, those of one tenant in the order of their
 *     submission; between tenants fairness decides. {@code null} lets any worker run it
 * @param priority of those of one tenant that wait, the ones with the highest begin first; between
 *     tenants it decides nothing, and an invocation with a key keeps its key's order instead
 * @param deadline how long the invocation may take from its submission to its reply, queueing
 *     included; {@code null} sets no limit, but for a claim ({@link WorkerPool#CLAIM_DEADLINE}, 5
 *     s), a stream and a port's message ({@link WorkerPool#MESSAGES_DEADLINE}, 30 s). Resolution
 *     about 1 ms
 * @param receiver makes the reply's value of the guest's bytes, in place; {@code null} copies them.
 *     Mostly set by a {@link GuestFunction}
 */
public record Invocation(
    String function,
    Payload payload,
    @Nullable String tenant,
    @Nullable String key,
    int priority,
    @Nullable Duration deadline,
    @Nullable Receiver receiver) {

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException when the deadline is zero or negative
   */
  public Invocation {
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(payload, "payload");
    if (deadline != null && (deadline.isZero() || deadline.isNegative())) {
      throw new IllegalArgumentException(
          "deadline is " + deadline + ": it must be longer than nothing, or null for no limit");
    }
  }

  /** Calls {@code function} with {@code payload}: anonymous tenant, no key, no deadline. */
  public static Invocation of(String function, Payload payload) {
    return new Invocation(function, payload, null, null, 0, null, null);
  }

  /** Calls {@code function} with a copied payload: anonymous tenant, no key, no deadline. */
  public static Invocation of(String function, byte[] payload) {
    return of(function, Payload.copied(payload));
  }

  /** Calls {@code function} with text in UTF-8: anonymous tenant, no key, no deadline. */
  public static Invocation of(String function, String payload) {
    return of(function, Payload.utf8(payload));
  }

  /** The same on behalf of {@code tenant}. */
  public Invocation withTenant(@Nullable String tenant) {
    return new Invocation(function, payload, tenant, key, priority, deadline, receiver);
  }

  /** The same under {@code key}. */
  public Invocation withKey(@Nullable String key) {
    return new Invocation(function, payload, tenant, key, priority, deadline, receiver);
  }

  /** The same with {@code priority}. */
  public Invocation withPriority(int priority) {
    return new Invocation(function, payload, tenant, key, priority, deadline, receiver);
  }

  /** The same with {@code deadline}. */
  public Invocation withDeadline(@Nullable Duration deadline) {
    return new Invocation(function, payload, tenant, key, priority, deadline, receiver);
  }

  /** The same with {@code deadline} if it has none: for what may keep a worker while it waits. */
  Invocation orDeadline(Duration fallback) {
    return deadline == null ? withDeadline(fallback) : this;
  }

  /** The same with {@code payload}. */
  public Invocation withPayload(Payload payload) {
    return new Invocation(function, payload, tenant, key, priority, deadline, receiver);
  }

  /** The same with {@code receiver}. */
  public Invocation withReceiver(@Nullable Receiver receiver) {
    return new Invocation(function, payload, tenant, key, priority, deadline, receiver);
  }
}
