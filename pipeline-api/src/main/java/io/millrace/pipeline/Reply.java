package io.millrace.pipeline;

import java.nio.charset.StandardCharsets;

/**
 * How an invocation ended: with bytes or with a failure. Either way exactly one reply for each
 * accepted invocation that was not cancelled.
 *
 * <pre>{@code
 * Reply reply = pool.invokeAll(Flux.just(Invocation.of("no such function", ""))).blockLast();
 * if (reply instanceof Reply.Failed failed) {
 *   String why = failed.failure().getMessage();
 * }
 * }</pre>
 */
public sealed interface Reply {

  /** The invocation that this answers. */
  Invocation invocation();

  /** Nanoseconds that the guest ran, copies in and out included; 0 when it never began. */
  long serviceNanos();

  /** Nanoseconds from submission to reply. */
  long sojournNanos();

  /**
   * What the invocation's receiver made of the guest's bytes; without a receiver the bytes.
   *
   * @throws WorkerException the failure, when this is a {@link Failed} reply
   */
  Object value();

  /**
   * The reply's bytes, which belong to the receiver.
   *
   * @throws WorkerException the failure, when this is a {@link Failed} reply
   * @throws IllegalStateException when a codec made something else of them: see {@link #value}
   */
  default byte[] bytes() {
    if (value() instanceof byte[] bytes) {
      return bytes;
    }
    throw new IllegalStateException(
        "the reply of "
            + invocation().function()
            + " was decoded to "
            + value().getClass().getName()
            + ": use value()");
  }

  /**
   * The reply's bytes as UTF-8 text.
   *
   * @throws WorkerException the failure, when this is a {@link Failed} reply
   */
  default String utf8() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /** The guest answered. */
  final class Completed implements Reply {

    private final Invocation invocation;
    private final Object value;
    private final long serviceNanos;
    private final long sojournNanos;

    /** Joins an invocation and its answer; bytes are not copied. */
    public Completed(Invocation invocation, Object value, long serviceNanos, long sojournNanos) {
      this.invocation = invocation;
      this.value = value;
      this.serviceNanos = serviceNanos;
      this.sojournNanos = sojournNanos;
    }

    @Override
    public Invocation invocation() {
      return invocation;
    }

    @Override
    public long serviceNanos() {
      return serviceNanos;
    }

    @Override
    public long sojournNanos() {
      return sojournNanos;
    }

    @Override
    public Object value() {
      return value;
    }

    @Override
    public String toString() {
      String what = value instanceof byte[] bytes ? bytes.length + " bytes" : value.toString();
      return "Completed[" + invocation.function() + ", " + what + "]";
    }
  }

  /**
   * There is no answer.
   *
   * @param invocation what was asked
   * @param failure why there is no answer
   * @param serviceNanos how long the guest ran
   * @param sojournNanos submission to reply
   */
  record Failed(
      Invocation invocation, WorkerException failure, long serviceNanos, long sojournNanos)
      implements Reply {

    @Override
    public Object value() {
      throw failure;
    }
  }
}
