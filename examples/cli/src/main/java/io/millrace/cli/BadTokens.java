package io.millrace.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** Tokens and requests that have one thing wrong with them and are proper otherwise. */
final class BadTokens {

  private static final String HEADER = "{\"alg\":\"HS256\"}";

  private final TokenForge forge;

  BadTokens(TokenForge forge) {
    this.forge = forge;
  }

  String signature(
      SplittableRandom random, String header, String claims, byte[] key, byte[] otherKey) {
    String unsigned = TokenForge.unsigned(header, claims);
    byte[] mac = forge.mac(unsigned, TokenForge.HS256, key);
    return switch (random.nextInt(4)) {
      case 0 -> forge.withMac(unsigned, TokenForge.HS256, otherKey);
      case 1 -> unsigned + "."; // no signature at all
      case 2 -> unsigned + "." + TokenForge.encode(Arrays.copyOf(mac, mac.length - 1));
      default -> {
        mac[random.nextInt(mac.length)] ^= (byte) (1 << random.nextInt(8));
        yield unsigned + "." + TokenForge.encode(mac);
      }
    };
  }

  String algorithm(SplittableRandom random, String claims, byte[] key) {
    return switch (random.nextInt(8)) {
      case 0 -> TokenForge.unsigned("{\"alg\":\"none\"}", claims) + ".";
      case 1 -> forge.signed("{\"alg\":\"none\"}", claims, key);
      case 2 -> forge.withMac(unsigned("HS512", claims), "HmacSHA512", key);
      case 3 -> forge.withMac(unsigned("HS384", claims), "HmacSHA384", key);
      case 4 -> forge.signed("{\"alg\":\"" + "HS256".toLowerCase(Locale.ROOT) + "\"}", claims, key);
      case 5 -> {
        byte[] noise = new byte[256];
        random.nextBytes(noise);
        yield unsigned("RS256", claims) + "." + TokenForge.encode(noise);
      }
      case 6 -> forge.signed("{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", claims, key);
      default -> forge.signed("{\"crit\":null,\"alg\":\"HS256\"}", claims, key);
    };
  }

  private static String unsigned(String algorithm, String claims) {
    return TokenForge.unsigned("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}", claims);
  }

  /** {@code claims} are good and not expired. */
  String malformed(SplittableRandom random, String claims, byte[] key) {
    String good = forge.signed(HEADER, claims, key);
    int lastDot = good.lastIndexOf('.');
    return switch (random.nextInt(26)) {
      case 0 -> "";
      case 1 -> "not a token";
      case 2 -> good.substring(0, lastDot); // two parts
      case 3 -> good + "."; // four parts
      case 4 -> good + good.substring(lastDot);
      case 5 -> good + "="; // padded
      case 6 -> TokenForge.withStrayBit(good); // 32 bytes leave two bits over
      case 7 -> good.substring(0, lastDot + 1) + "+/" + good.substring(lastDot + 3);
      case 8 -> good.substring(0, lastDot + 5) + "\n" + good.substring(lastDot + 5);
      case 9 -> " " + good;
      case 10 -> forge.signed("HS256", claims, key);
      case 11 -> forge.signed("[\"HS256\"]", claims, key);
      case 12 -> forge.signed("{}", claims, key);
      case 13 -> forge.signed("{\"ALG\":\"HS256\"}", claims, key);
      case 14 -> forge.signed("{\"alg\":256}", claims, key);
      case 15 -> forge.signed("{\"alg\":null}", claims, key);
      case 16 -> forge.signed(HEADER, "\"claims\"", key);
      case 17 -> forge.signed(HEADER, claims + "{}", key);
      case 18 -> forge.signed(HEADER, claims.strip().substring(1), key);
      case 19 -> forge.signed(HEADER, "{\"sub\":\"no expiry\"}", key);
      case 20 -> forge.signed(HEADER, "{\"exp\":\"1900000000\"}", key);
      case 21 -> forge.signed(HEADER, "{\"exp\":null}", key);
      case 22 -> forge.signed(HEADER, "{\"Exp\":1900000000}", key);
      case 23 -> forge.signed(HEADER, "{\"exp\":1900000000,\"nbf\":\"1\"}", key);
      case 24 -> forge.signed(HEADER, "{\"exp\":1900000000,\"sub\":4711}", key);
      default -> {
        byte[] latin1 = {'{', '"', (byte) 0xE9, '"', ':', '1', '}'}; // no UTF-8
        String unsigned = TokenForge.encode(HEADER) + "." + TokenForge.encode(latin1);
        yield forge.withMac(unsigned, TokenForge.HS256, key);
      }
    };
  }

  /** {@code token} and {@code key} are good and need no escapes in JSON. */
  static String badRequest(SplittableRandom random, String token, String key, long now) {
    String tokenMember = "\"token\":\"" + token + "\"";
    String keyMember = "\"key\":\"" + key + "\"";
    String nowMember = "\"now\":" + now;
    String good = "{" + tokenMember + "," + keyMember + "," + nowMember + "}";
    return switch (random.nextInt(13)) {
      case 0 -> "";
      case 1 -> token;
      case 2 -> "[" + good + "]";
      case 3 -> good + good;
      case 4 -> good.substring(0, good.length() - 1);
      case 5 -> "{" + keyMember + "," + nowMember + "}";
      case 6 -> "{\"token\":null," + keyMember + "," + nowMember + "}";
      case 7 -> "{" + tokenMember + "," + nowMember + "}";
      case 8 -> "{" + tokenMember + ",\"key\":\"\"," + nowMember + "}";
      case 9 -> "{" + tokenMember + ",\"key\":\"" + key + "=\"," + nowMember + "}";
      case 10 -> "{" + tokenMember + ",\"key\":\"_x\"," + nowMember + "}"; // stray bits
      case 11 -> "{" + tokenMember + "," + keyMember + "}";
      default -> "{" + tokenMember + "," + keyMember + ",\"now\":\"" + now + "\"}";
    };
  }
}
