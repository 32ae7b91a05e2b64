package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The demo's requests. Request {@code i} of a seed is always the same, whatever was asked before,
 * so that runs repeat and nothing is kept. One thread at a time.
 */
final class DemoRequests {

  /** The clock of all requests: 2026-01-01T00:00:00Z in seconds. */
  static final long NOW = 1_767_225_600L;

  /** One block of SHA-256 is 64 bytes; a longer key is hashed first. */
  private static final int[] KEY_BYTES = {32, 48, 64, 100};

  private static final List<String> SUBJECTS =
      List.of(
          "alice",
          "bob@example.com",
          "service/billing-4711",
          "Zoë Ångström",
          "Иван Петров",
          "李小龍",
          "crab 🦀 and flag 🇪🇺",
          "quote \" backslash \\ slash /",
          "tab\tline\nfeed\r",
          "bell \u0007 and unit separator \u001f",
          "<b>&amp;</b> 'markup'",
          "line\u2028and paragraph\u2029separators",
          "");

  /** What is sent, and what an honest guest answers. */
  record Request(String input, Verdict intended) {}

  private final long seed;
  private final TokenForge forge = new TokenForge();
  private final BadTokens badTokens = new BadTokens(forge);
  private final List<byte[]> keys = new ArrayList<>();

  DemoRequests(long seed) {
    this.seed = seed;
    SplittableRandom random = new SplittableRandom(seed);
    for (int length : KEY_BYTES) {
      byte[] key = new byte[length];
      random.nextBytes(key);
      keys.add(key);
    }
  }

  Request at(int index) {
    SplittableRandom random = new SplittableRandom(seed ^ index * 0x9E3779B97F4A7C15L);
    byte[] key = keys.get(random.nextInt(keys.size()));
    int share = random.nextInt(1000);
    if (share < 620) {
      return valid(random, key);
    } else if (share < 720) {
      String claims = claims(random, NOW - random.nextInt(90_000));
      return request(signed(random, claims, key), key, Verdict.EXPIRED);
    } else if (share < 780) {
      return notYetValid(random, key);
    } else if (share < 840) {
      byte[] otherKey = keys.get((keys.indexOf(key) + 1) % keys.size());
      String header = TokenForge.header(random, "HS256");
      String token = badTokens.signature(random, header, anyClaims(random), key, otherKey);
      return request(token, key, Verdict.SIGNATURE);
    } else if (share < 890) {
      return request(tamperedClaims(random, key), key, Verdict.SIGNATURE);
    } else if (share < 940) {
      return request(badTokens.algorithm(random, anyClaims(random), key), key, Verdict.ALGORITHM);
    } else if (share < 985) {
      String good = claims(random, NOW + 3_600);
      return request(badTokens.malformed(random, good, key), key, Verdict.MALFORMED);
    }
    String token = signed(random, claims(random, NOW + 3_600), key);
    String input = BadTokens.badRequest(random, token, TokenForge.encode(key), NOW);
    return new Request(input, Verdict.BAD_REQUEST);
  }

  private Request valid(SplittableRandom random, byte[] key) {
    ObjectNode claims = TokenForge.object();
    String subject = "";
    if (random.nextInt(20) != 0) {
      subject = subject(random);
      claims.put("sub", subject);
    }
    switch (random.nextInt(10)) {
      case 0 -> claims.put("exp", NOW + 1);
      case 1 -> claims.put("exp", NOW + 0.5);
      case 2 -> claims.put("exp", 1e300);
      default -> claims.put("exp", NOW + 1 + random.nextInt(86_400));
    }
    switch (random.nextInt(4)) {
      case 0 -> claims.put("nbf", NOW);
      case 1 -> claims.put("nbf", NOW - random.nextInt(86_400));
      default -> claims.put("iat", NOW - 60);
    }
    claims.putArray("aud").add("api").add("web").addObject().put("exp", 0);
    String written = TokenForge.write(random, claims);
    if (random.nextInt(50) == 0) {
      written = "{\"exp\":1,\"sub\":7," + written.strip().substring(1); // the last of a name counts
      subject = claims.has("sub") ? subject : "";
      written = claims.has("sub") ? written : written.replace("\"sub\":7,", "");
    }
    return request(signed(random, written, key), key, Verdict.validFor(subject));
  }

  private Request notYetValid(SplittableRandom random, byte[] key) {
    double start = random.nextInt(5) == 0 ? NOW + 0.25 : NOW + 1 + random.nextInt(9_000);
    ObjectNode claims = TokenForge.object();
    claims.put("nbf", start).put("exp", NOW + 100_000).put("sub", subject(random));
    String written = TokenForge.write(random, claims);
    return request(signed(random, written, key), key, Verdict.NOT_YET_VALID);
  }

  /** Signed for one bearer, then rewritten for a mightier one, or for a longer life. */
  private String tamperedClaims(SplittableRandom random, byte[] key) {
    String header = TokenForge.header(random, "HS256");
    String proper = forge.signed(header, claims(random, NOW - 10 + random.nextInt(20)), key);
    String wished =
        "{\"sub\":\"admin-" + random.nextInt(1_000_000) + "\",\"exp\":" + (NOW + 9_999) + "}";
    return TokenForge.unsigned(header, wished) + proper.substring(proper.lastIndexOf('.'));
  }

  private String signed(SplittableRandom random, String claims, byte[] key) {
    return forge.signed(TokenForge.header(random, "HS256"), claims, key);
  }

  /** Expired or not: what comes before the clock in the order of the checks must win. */
  private static String anyClaims(SplittableRandom random) {
    return claims(random, NOW - 500 + random.nextInt(1_000));
  }

  private static String claims(SplittableRandom random, long expires) {
    ObjectNode claims = TokenForge.object();
    claims.put("sub", subject(random)).put("exp", expires).put("iss", "https://issuer.example");
    return TokenForge.write(random, claims);
  }

  private static String subject(SplittableRandom random) {
    String subject = SUBJECTS.get(random.nextInt(SUBJECTS.size()));
    return random.nextInt(3) == 0 ? subject : subject + " #" + random.nextInt(100_000);
  }

  private static Request request(String token, byte[] key, Verdict intended) {
    ObjectNode input = TokenForge.object();
    input.put("token", token).put("key", TokenForge.encode(key)).put("now", NOW);
    return new Request(input.toString(), intended);
  }
}
