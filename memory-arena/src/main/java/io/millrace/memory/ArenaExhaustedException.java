package io.millrace.memory;

/**
 * An arena had no room for an allocation. Nothing was allocated; slices lent before are unharmed.
 */
public final class ArenaExhaustedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long wantedBytes;
  private final long freeBytes;

  ArenaExhaustedException(long wantedBytes, long freeBytes, int capacityBytes) {
    super(
        "arena of "
            + capacityBytes
            + " bytes has "
            + freeBytes
            + " free, "
            + wantedBytes
            + " are wanted (with padding for alignment): reset it or make it larger");
    this.wantedBytes = wantedBytes;
    this.freeBytes = freeBytes;
  }

  /** Bytes that the allocation would have taken, padding included. */
  public long wantedBytes() {
    return wantedBytes;
  }

  /** Bytes that were free. */
  public long freeBytes() {
    return freeBytes;
  }
}
