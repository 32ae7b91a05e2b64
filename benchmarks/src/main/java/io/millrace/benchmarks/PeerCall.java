package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;

/**
 * What all peers are asked to do with the same 1 KiB: whoever calls brings it into the guest's
 * memory, by the same way for both functions.
 */
enum PeerCall {
  /** A function that makes nothing of it, so that the way there and back is what is measured. */
  EMPTY("empty call of 1 KiB", "nothing"),
  /** Some 7 us of guest code over the payload of a signed request. */
  SHA256("SHA-256 of 1 KiB", "sha256");

  private static final int BYTES = 1024;

  private final String title;
  private final String function;

  @SuppressWarnings("ImmutableEnumChecker") // nobody writes to it
  private final byte[] payload;

  @SuppressWarnings("ImmutableEnumChecker") // for the payload's sake
  private final Invocation invocation;

  PeerCall(String title, String function) {
    this.title = title;
    this.function = function;
    payload = new byte[BYTES];
    new Random(1).nextBytes(payload);
    invocation = Invocation.of(function, payload);
  }

  /** For readers. */
  String title() {
    return title;
  }

  /** The guest's export. */
  String function() {
    return function;
  }

  /** What the function gets; not to be changed. */
  byte[] payload() {
    return payload;
  }

  /** The same for Millrace; one for all calls. */
  Invocation invocation() {
    return invocation;
  }

  /** As it stands in the figures' names. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the JDK makes of the payload. */
  String reply() throws GeneralSecurityException {
    return this == EMPTY
        ? ""
        : HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
  }

  /**
   * Compares a reply with that.
   *
   * @throws IllegalStateException when it is another
   */
  void check(byte[] reply) throws GeneralSecurityException {
    if (!Arrays.equals(reply, reply().getBytes(StandardCharsets.US_ASCII))) {
      throw new IllegalStateException("a wrong reply of " + reply.length + " bytes to " + word());
    }
  }
}
