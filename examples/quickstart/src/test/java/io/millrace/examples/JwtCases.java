package io.millrace.examples;

import static io.millrace.examples.ContractCase.answers;
import static io.millrace.examples.ContractCase.fails;
import static io.millrace.examples.ContractCase.utf8;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Requests for the contract's jwt: tokens that are good, and with one thing wrong. */
final class JwtCases {

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final byte[] KEY = utf8("a key of the tests, no secret at all");
  private static final String HS256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
  private static final String CLAIMS = "{\"sub\":\"alice\",\"nbf\":1000,\"exp\":2000}";

  private final List<ContractCase> all = new ArrayList<>();

  private JwtCases() {}

  static List<ContractCase> all() {
    JwtCases cases = new JwtCases();
    cases.addGood();
    cases.addBadRequests();
    cases.addMalformed();
    cases.addAlgorithms();
    cases.addSignatures();
    cases.addTimes();
    return cases.all;
  }

  private void good(String label, String request, String claims) {
    all.add(answers("jwt", label, utf8(request), claims));
  }

  private void refused(String word, String label, String request) {
    String shown = label.length() > 80 ? label.substring(0, 80) + "..." : label;
    all.add(fails("jwt", shown, utf8(request), word));
  }

  private void addGood() {
    good("a token", ask(signed(HS256, CLAIMS), "1500"), CLAIMS);
    for (String claims :
        List.of(
            "{\"exp\":2000}",
            " {\n\"exp\" : 2000\t,\"sub\":\"Zo\\u00eb \uD83E\uDD80\"} ",
            "{\"exp\":\"x\",\"exp\":2000}",
            "{\"exp\":9007199254740991,\"nbf\":0}",
            "{\"exp\":2000,\"x\":1e999,\"y\":[{\"exp\":0}]}")) {
      good(claims, ask(signed(HS256, claims), "1500"), claims);
    }
    for (String header :
        List.of(
            " { \"alg\" : \"HS256\" } ",
            "{\"alg\":\"none\",\"ALG\":\"none\",\"alg\":\"HS256\"}",
            "{\"alg\":\"HS256\",\"CRIT\":[\"exp\"],\"x\":{\"crit\":1}}",
            "{\"\\u0061lg\":\"HS\\u003256\"}")) {
      good(header, ask(signed(header, CLAIMS), "1500"), CLAIMS);
    }
    String asked = ask(signed(HS256, CLAIMS), "1500");
    good("dots in units", asked.replace(".", "\\u002e"), CLAIMS);
    good("more members", "{\"x\":[]," + asked.substring(1), CLAIMS);
    for (int length : new int[] {1024, 65_536, 700_000}) {
      String claims = "{\"exp\":2000,\"x\":\"" + "x".repeat(length) + "\"}";
      good("claims of " + length, ask(signed(HS256, claims), "1500"), claims);
    }
    // RFC 7515, appendix A.1.
    String token =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
            + "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    String key =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    String claims =
        "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
    good("the standard's token", ask(token, key, "1300819379"), claims);
    refused("expired", "the standard's token, later", ask(token, key, "1300819380"));
  }

  private void addBadRequests() {
    String token = signed(HS256, CLAIMS);
    for (String request :
        List.of(
            "",
            "null",
            "[]",
            "{}",
            ask(token, "1500") + "x",
            ask(token, "\"1500\""),
            ask(token, "null"),
            ask(token, "1500.0"),
            ask(token, "15e2"),
            ask(token, "-1"),
            ask(token, "01500"),
            ask(token, "9007199254740992"),
            ask(token, "99999999999999999999"),
            ask(token, "", "1500"),
            ask(token, "A", "1500"),
            ask(token, "AB", "1500"),
            ask(token, "AA==", "1500"),
            ask(token, "+/+/", "1500"),
            ask(token, "AA\\n", "1500"),
            ask(token, "1500").replace("token", "Token"),
            ask(token, "1500").replace("\"now\"", "\"x\""),
            "{\"token\":null,\"key\":\"AA\",\"now\":1500}",
            "{\"token\":\"" + token + "\",\"key\":7,\"now\":1500}",
            "{\"x\":\"\\ud800\"," + ask(token, "1500").substring(1),
            "{\"token\":".repeat(100_000))) {
      refused("bad-request", request, request);
    }
  }

  private void addMalformed() {
    String whole = signed(HS256, CLAIMS);
    String header = encode(HS256);
    String claims = encode(CLAIMS);
    String mac = whole.substring(whole.lastIndexOf('.') + 1);
    for (String token :
        List.of(
            "",
            ".",
            "..",
            "...",
            "a",
            header,
            header + "." + claims,
            whole + ".",
            "." + whole,
            header + ".." + mac,
            "." + claims + "." + mac,
            whole + "=",
            whole + "AA",
            whole + "\\n",
            whole + " ",
            header + "=." + claims + "." + mac,
            strayBit(whole),
            header.substring(0, 4) + "\\n" + header.substring(4) + "." + claims + "." + mac)) {
      refused("malformed", "token " + token, ask(token, "1500"));
    }
    for (String each :
        List.of(
            "",
            "null",
            "[]",
            "\"HS256\"",
            HS256 + "{}",
            "{}",
            "{\"alg\":null}",
            "{\"alg\":256}",
            "{\"ALG\":\"HS256\"}",
            "{\"alg\":\"HS256\",\"alg\":null}",
            "{\"alg\":\"HS256\",\"x\":\"\\ud800\"}")) {
      refused("malformed", "header " + each, ask(signed(each, CLAIMS), "1500"));
    }
    for (String each :
        List.of(
            "",
            "null",
            "[]",
            "7",
            CLAIMS + "x",
            "{}",
            "{\"exp\":null}",
            "{\"exp\":\"2000\"}",
            "{\"EXP\":2000}",
            "{\"exp\":2000.0}",
            "{\"exp\":2e3}",
            "{\"exp\":-2000}",
            "{\"exp\":9007199254740992}",
            "{\"exp\":2000,\"exp\":\"2000\"}",
            "{\"exp\":2000,\"nbf\":null}",
            "{\"exp\":2000,\"nbf\":1.5}",
            "{\"exp\":2000,\"sub\":null}",
            "{\"exp\":2000,\"sub\":7}",
            "{\"exp\":2000,\"x\":" + "[".repeat(64) + "]".repeat(64) + "}")) {
      refused("malformed", "claims " + each, ask(signed(HS256, each), "1500"));
    }
  }

  private void addAlgorithms() {
    for (String header :
        List.of(
            "{\"alg\":\"none\"}",
            "{\"alg\":\"None\"}",
            "{\"alg\":\"HS512\"}",
            "{\"alg\":\"RS256\"}",
            "{\"alg\":\"hs256\"}",
            "{\"alg\":\"\"}",
            "{\"alg\":\"HS256 \"}",
            "{\"alg\":\"HS256\\u0000\"}",
            "{\"alg\":\"HS256\",\"alg\":\"none\"}",
            "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
            "{\"crit\":null,\"alg\":\"HS256\"}")) {
      refused("algorithm", header, ask(signed(header, CLAIMS), "1500"));
    }
    String unsigned = encode("{\"alg\":\"none\"}") + "." + encode(CLAIMS) + ".";
    refused("algorithm", "none, unsigned", ask(unsigned, "1500"));
  }

  private void addSignatures() {
    String whole = signed(HS256, CLAIMS);
    String unsigned = whole.substring(0, whole.lastIndexOf('.') + 1);
    refused("signature", "none at all", ask(unsigned, "1500"));
    refused("signature", "one cut short", ask(whole.substring(0, whole.length() - 3), "1500"));
    refused("signature", "one too long", ask(whole + "AAAA", "1500"));
    refused("signature", "32 other bytes", ask(unsigned + "A".repeat(43), "1500"));
    refused("signature", "a wrong key", ask(whole, encode("another key"), "1500"));
    String mac = signed(HS256, "{\"exp\":9000}").substring(encode(HS256).length());
    String other = mac.substring(mac.lastIndexOf('.') + 1);
    refused("signature", "another token's", ask(unsigned + other, "1500"));
  }

  private void addTimes() {
    String token = signed(HS256, CLAIMS);
    good("the first second", ask(token, "1000"), CLAIMS);
    good("the last second", ask(token, "1999"), CLAIMS);
    refused("not-yet-valid", "a second before", ask(token, "999"));
    refused("expired", "the second after", ask(token, "2000"));
    refused("expired", "long after", ask(token, "9007199254740991"));
    refused("expired", "both", ask(signed(HS256, "{\"exp\":5,\"nbf\":9}"), "7"));
  }

  /** A request that is answered by these claims, which have to expire at 2000. */
  static String request(String claims) {
    return ask(signed(HS256, claims), "1500");
  }

  private static String ask(String token, String now) {
    return ask(token, BASE64.encodeToString(KEY), now);
  }

  private static String ask(String token, String key, String now) {
    return "{\"token\":\"" + token + "\",\"key\":\"" + key + "\",\"now\":" + now + "}";
  }

  private static String encode(String text) {
    return BASE64.encodeToString(utf8(text));
  }

  private static String signed(String header, String claims) {
    String unsigned = encode(header) + "." + encode(claims);
    return unsigned + "." + BASE64.encodeToString(ContractCases.hmac(KEY, utf8(unsigned)));
  }

  /** Sets the lowest bit of the last digit, which carries nothing. */
  private static String strayBit(String token) {
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = digits.indexOf(token.charAt(token.length() - 1));
    return token.substring(0, token.length() - 1) + digits.charAt(last | 1);
  }
}
