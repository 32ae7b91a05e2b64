package io.millrace.pipeline.spi;

/** Where workers get their guests from. Safe for use by several threads. */
public interface GuestSource {

  /**
   * Leases one guest's place to a worker. Cheap: nothing is read or built before the lease's first
   * {@link GuestLease#guest} call.
   *
   * @throws io.millrace.pipeline.WorkerException.PoolClosed when the source was closed
   */
  GuestLease lease();

  /** The same, with somebody who wants to know what becomes of the guests. */
  default GuestLease lease(GuestListener listener) {
    return lease();
  }
}
