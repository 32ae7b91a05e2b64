package io.millrace.instance;

/** Where the bytes of a guest's random_get come from. */
public sealed interface GuestRandom {

  /** The host's {@link java.security.SecureRandom}. The default. */
  record Secure() implements GuestRandom {}

  /**
   * A sequence that the seed determines, for repeatable runs: every instance draws the same bytes
   * from its beginning, and again after a reset. Not fit for secrets.
   *
   * @param seed any number
   */
  record Seeded(long seed) implements GuestRandom {}
}
