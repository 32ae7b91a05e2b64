package io.millrace.benchmarks;

/** One instance of a guest, used by the one thread that made it. */
@FunctionalInterface
interface Caller extends AutoCloseable {

  /** Calls the guest and copies its reply out. */
  byte[] call(PeerCall call) throws Exception;

  @Override
  default void close() {}

  /** Makes one for each thread, on that thread. */
  @FunctionalInterface
  interface Factory {

    /** Makes one. */
    Caller make() throws Exception;
  }

  /**
   * Guests of the flat interface answer where their reply lies and how long it is in one number.
   */
  static int address(long packed) {
    return (int) (packed >>> 32);
  }

  /** See {@link #address}. */
  static int length(long packed) {
    return (int) packed;
  }
}
