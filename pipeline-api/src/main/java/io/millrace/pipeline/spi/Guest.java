package io.millrace.pipeline.spi;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.WorkerException;

/** Something that runs one invocation at a time, on the thread of the worker that leased it. */
public interface Guest {

  /**
   * Runs {@code invocation} and answers the reply: what the invocation's {@link Receiver} made of
   * it; without one its bytes, which belong to the caller from then on.
   *
   * <p>An interrupt of the thread stops the guest soon: the call then throws, and the lease does
   * not offer this guest again unless it is proven clean. The invocation's deadline is not looked
   * at here.
   *
   * @throws WorkerException when there is no reply; only this invocation is harmed
   */
  Object call(Invocation invocation) throws WorkerException;

  /** The same for an invocation without a receiver. */
  default byte[] invoke(Invocation invocation) throws WorkerException {
    return (byte[]) call(invocation);
  }

  /** What the last invocation has cost. On the same thread, right after it. */
  default InvocationCost cost() {
    return InvocationCost.UNKNOWN;
  }
}
