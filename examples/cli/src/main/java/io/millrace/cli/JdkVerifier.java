package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Judges tokens in another way than the guest does: Jackson for the JSON, java.util.Base64 and
 * javax.crypto for the rest. It sees the request only, and nothing of how it was made. One thread
 * at a time.
 */
final class JdkVerifier {

  private static final Pattern DOT = Pattern.compile("\\.");
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  private final JsonMapper json =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private final Mac hmac;

  JdkVerifier() {
    try {
      hmac = Mac.getInstance("HmacSHA256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  Verdict verify(byte[] request) {
    Optional<JsonNode> asked = object(request);
    if (asked.isEmpty()) {
      return Verdict.BAD_REQUEST;
    }
    JsonNode token = asked.get().path("token");
    JsonNode now = asked.get().path("now");
    Optional<byte[]> key = base64(asked.get().path("key"));
    if (!token.isTextual() || !now.isNumber() || key.isEmpty() || key.get().length == 0) {
      return Verdict.BAD_REQUEST;
    }
    return verify(token.textValue(), key.get(), now.doubleValue());
  }

  private Verdict verify(String token, byte[] key, double now) {
    List<String> parts = List.of(DOT.split(token, -1));
    if (parts.size() != 3) {
      return Verdict.MALFORMED;
    }
    Optional<JsonNode> header = base64(parts.get(0)).flatMap(this::object);
    Optional<JsonNode> claims = base64(parts.get(1)).flatMap(this::object);
    Optional<byte[]> signature = base64(parts.get(2));
    if (header.isEmpty()
        || claims.isEmpty()
        || signature.isEmpty()
        || !header.get().path("alg").isTextual()
        || !wellTyped(claims.get())) {
      return Verdict.MALFORMED;
    }
    if (!header.get().path("alg").textValue().equals("HS256") || header.get().has("crit")) {
      return Verdict.ALGORITHM;
    }
    String signed = parts.get(0) + '.' + parts.get(1);
    if (!MessageDigest.isEqual(hmac(key, signed), signature.get())) {
      return Verdict.SIGNATURE;
    }
    if (now >= claims.get().path("exp").doubleValue()) {
      return Verdict.EXPIRED;
    }
    JsonNode notBefore = claims.get().path("nbf");
    if (notBefore.isNumber() && now < notBefore.doubleValue()) {
      return Verdict.NOT_YET_VALID;
    }
    return Verdict.validFor(claims.get().path("sub").asText(""));
  }

  private static boolean wellTyped(JsonNode claims) {
    return claims.path("exp").isNumber()
        && (!claims.has("nbf") || claims.path("nbf").isNumber())
        && (!claims.has("sub") || claims.path("sub").isTextual());
  }

  private byte[] hmac(byte[] key, String signed) {
    try {
      hmac.init(new SecretKeySpec(key, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC takes any key", e);
    }
    return hmac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
  }

  /** Read as text first: from bytes, Jackson would take other encodings than UTF-8 too. */
  private Optional<JsonNode> object(byte[] utf8) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      return Optional.of(json.readTree(text)).filter(JsonNode::isObject);
    } catch (CharacterCodingException | JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Optional<byte[]> base64(JsonNode text) {
    return text.isTextual() ? base64(text.textValue()) : Optional.empty();
  }

  /** The JDK's decoder takes padding and stray bits at the end; only one spelling may pass. */
  private static Optional<byte[]> base64(String text) {
    try {
      byte[] decoded = DECODER.decode(text);
      return Optional.of(decoded).filter(bytes -> ENCODER.encodeToString(bytes).equals(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
