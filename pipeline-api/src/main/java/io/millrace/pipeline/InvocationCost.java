package io.millrace.pipeline;

/**
 * What an invocation has cost beside time.
 *
 * @param copiedBytes bytes of payload and reply that were copied between the guest's memory and the
 *     heap; what a codec reads and writes in place is not copied
 * @param pages of 64 KiB that the guest's memory has after the invocation
 * @param hostCalls calls of the host by the guest, WASI included
 */
public record InvocationCost(long copiedBytes, int pages, int hostCalls) {

  /** Where nothing is known. */
  public static final InvocationCost UNKNOWN = new InvocationCost(0, 0, 0);
}
