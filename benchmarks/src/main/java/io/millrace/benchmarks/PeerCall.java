package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;

/** What all peers are asked to do. */
enum PeerCall {
  /** A function that does next to nothing, so that the way there and back is what is measured. */
  EMPTY("empty call", "echo", 0),
  /** Some 7 us of guest code over the payload of a signed request. */
  SHA256("SHA-256 of 1 KiB", "sha256", 1024);

  private final String title;
  private final String function;

  @SuppressWarnings("ImmutableEnumChecker") // nobody writes to it
  private final byte[] payload;

  PeerCall(String title, String function, int bytes) {
    this.title = title;
    this.function = function;
    this.payload = new byte[bytes];
    new Random(1).nextBytes(payload);
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

  /** The same for Millrace. */
  Invocation invocation() {
    return Invocation.of(function, payload);
  }

  /** As it stands in the figures' names. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Compares a reply with what the JDK makes of the payload.
   *
   * @throws IllegalStateException when it is another
   */
  void check(byte[] reply) throws GeneralSecurityException {
    byte[] wanted = payload;
    if (this == SHA256) {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(payload);
      wanted = HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    }
    if (!Arrays.equals(reply, wanted)) {
      throw new IllegalStateException("a wrong reply of " + reply.length + " bytes to " + word());
    }
  }
}
