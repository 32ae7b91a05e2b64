package io.millrace.pipeline.spi;

import io.millrace.pipeline.WorkerException;
import org.jspecify.annotations.Nullable;

/**
 * A worker's right to one guest at a time. Used by the one thread that took it, from the first call
 * to {@link #close}.
 */
public interface GuestLease extends AutoCloseable {

  /**
   * The guest for the next invocation of {@code tenant}. Mostly the one of last time; another one,
   * or the same one reset, when the last had failed or had served another tenant. May block for as
   * long as a module takes to compile and an instance to start.
   *
   * @param tenant whose invocation comes next; {@code null} is the one anonymous tenant
   * @throws WorkerException when no guest can be had
   */
  Guest guest(@Nullable String tenant) throws WorkerException;

  /** Gives the guest back. Harmless when repeated; nothing else may be called afterwards. */
  @Override
  void close();
}
