package io.millrace.pipeline.spi;

import io.millrace.memory.Slice;

/**
 * Takes what a guest answers straight out of its memory, on the worker's thread. The slices end
 * when the methods return.
 */
public interface Receiver {

  /**
   * Makes the reply's value of the guest's bytes. Whatever it throws fails this invocation only.
   *
   * @return the value; never null
   */
  Object reply(Slice reply);

  /**
   * Takes a message that the guest posts while it runs. May block until there is demand for it.
   *
   * @return whether messages are wanted at all
   * @throws InterruptedException when the guest is to stop
   */
  default boolean message(Slice message) throws InterruptedException {
    return false;
  }
}
