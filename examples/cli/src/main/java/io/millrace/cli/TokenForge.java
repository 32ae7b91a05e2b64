package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes compact JWS tokens, proper and otherwise. One thread at a time. */
final class TokenForge {

  static final String HS256 = "HmacSHA256";

  private static final JsonMapper JSON = new JsonMapper();
  private static final ObjectWriter PLAIN = JSON.writer();
  private static final ObjectWriter ESCAPED = JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);
  private static final ObjectWriter PRETTY = JSON.writerWithDefaultPrettyPrinter();

  private final Map<String, Mac> macs = new HashMap<>();

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** The header of a proper token, in one of the ways that libraries write it. */
  static String header(SplittableRandom random, String algorithm) {
    return switch (random.nextInt(3)) {
      case 0 -> "{\"alg\":\"" + algorithm + "\"}";
      case 1 -> "{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}";
      default -> "{ \"typ\" : \"JWT\",\n  \"alg\" : \"" + algorithm + "\", \"kid\" : \"k-1\" }";
    };
  }

  /** The node as text; plain, with escapes for all that is not ASCII, or over several lines. */
  static String write(SplittableRandom random, JsonNode node) {
    int style = random.nextInt(8);
    ObjectWriter writer = style == 0 ? PRETTY : style <= 2 ? ESCAPED : PLAIN;
    try {
      return writer.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static String encode(String text) {
    return encode(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Header and claims as a token signs them. */
  static String unsigned(String header, String claims) {
    return encode(header) + "." + encode(claims);
  }

  String signed(String header, String claims, byte[] key) {
    return withMac(unsigned(header, claims), HS256, key);
  }

  String withMac(String unsigned, String macName, byte[] key) {
    return unsigned + "." + encode(mac(unsigned, macName, key));
  }

  byte[] mac(String unsigned, String macName, byte[] key) {
    Mac mac = macs.computeIfAbsent(macName, TokenForge::create);
    try {
      mac.init(new SecretKeySpec(key, macName));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC takes any key", e);
    }
    return mac.doFinal(unsigned.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * The same text, but with a bit set behind the last that counts. For texts whose bytes are no
   * multiple of three.
   */
  static String withStrayBit(String base64) {
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = digits.indexOf(base64.charAt(base64.length() - 1));
    return base64.substring(0, base64.length() - 1) + digits.charAt(last | 1);
  }

  private static Mac create(String name) {
    try {
      return Mac.getInstance(name);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + name, e);
    }
  }
}
