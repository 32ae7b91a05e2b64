package io.millrace.examples;

import static io.millrace.examples.ContractCase.answers;
import static io.millrace.examples.ContractCase.fails;
import static io.millrace.examples.ContractCase.utf8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Echo, digests and codes of payloads of every size; the JDK says what is right. */
final class ContractCases {

  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;
  private static final int[] SIZES = {
    0, 1, KIB, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, MIB, 16 * MIB
  };

  /** What is in the key's place when there is to be none: the JDK knows no empty keys. */
  private static final byte[] ZERO = {0};

  private ContractCases() {}

  /** All whose answer depends on the payload alone, with payloads of up to {@code mostBytes}. */
  static List<ContractCase> all(int mostBytes) {
    List<ContractCase> all = new ArrayList<>();
    byte[] random = new byte[16 * MIB];
    new Random(0x6D696C6C).nextBytes(random);
    for (int size : SIZES) {
      addBytes(all, size + " bytes", Arrays.copyOf(random, size));
    }
    addBytes(all, "what is no UTF-8", new byte[] {(byte) 0xFF, (byte) 0xC0, 0, (byte) 0xED});
    addKeys(all, random);
    all.addAll(JsonCases.all());
    all.addAll(JwtCases.all());
    all.removeIf(each -> each.payloadBytes() > mostBytes);
    return all;
  }

  private static void addBytes(List<ContractCase> all, String label, byte[] bytes) {
    all.add(answers("echo", label, bytes, bytes));
    all.add(answers("sha256", label, bytes, hex(sha256(bytes))));
  }

  private static void addKeys(List<ContractCase> all, byte[] random) {
    for (int length : new int[] {0, 1, 32, 63, 64, 65, 100_000}) {
      byte[] key = Arrays.copyOf(random, length);
      byte[] message = Arrays.copyOfRange(random, length, length + KIB);
      all.add(hmac("a key of " + length + " bytes", key, message));
    }
    for (int size : SIZES) {
      byte[] message = Arrays.copyOf(random, Math.min(size, 16 * MIB - 36));
      all.add(hmac("a message of " + size + " bytes", Arrays.copyOf(random, 32), message));
    }
    all.add(fails("hmac-sha256", "nothing", new byte[0], "bad-frame"));
    all.add(fails("hmac-sha256", "three bytes", new byte[3], "bad-frame"));
    all.add(fails("hmac-sha256", "a key beyond the end", frame(9, utf8("8 bytes.")), "bad-frame"));
    all.add(fails("hmac-sha256", "a key of -1", frame(-1, utf8("8 bytes.")), "bad-frame"));
    all.add(fails("hmac-sha256", "a key of -4", frame(-4, utf8("8 bytes.")), "bad-frame"));
  }

  private static ContractCase hmac(String label, byte[] key, byte[] message) {
    byte[] both = Arrays.copyOf(key, key.length + message.length);
    System.arraycopy(message, 0, both, key.length, message.length);
    return answers("hmac-sha256", label, frame(key.length, both), hex(hmac(key, message)));
  }

  private static byte[] frame(int keyLength, byte[] rest) {
    return ByteBuffer.allocate(4 + rest.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(keyLength)
        .put(rest)
        .array();
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** An empty key counts as one of zeros (RFC 2104): keys are filled up with those. */
  static byte[] hmac(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.length == 0 ? ZERO : key, "HmacSHA256"));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }
}
