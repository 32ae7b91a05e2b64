package io.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JdkVerifierTest {

  /** RFC 7515, appendix A.1: its key, its token, which expires at 1300819380 and has no subject. */
  private static final String KEY =
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

  private static final String TOKEN =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
          + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
          + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
          + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

  private static Verdict verify(String token, String now) {
    String request = "{\"token\":\"" + token + "\",\"key\":\"" + KEY + "\",\"now\":" + now + "}";
    return new JdkVerifier().verify(request.getBytes(UTF_8));
  }

  @Test
  void theExampleOfTheStandardIsValid() {
    assertThat(verify(TOKEN, "1300819379")).isEqualTo(Verdict.validFor(""));
  }

  @Test
  void aTokenIsExpiredFromTheSecondThatItNames() {
    assertThat(verify(TOKEN, "1300819379.999")).isEqualTo(Verdict.validFor(""));
    assertThat(verify(TOKEN, "1300819380")).isEqualTo(Verdict.EXPIRED);
  }

  @Test
  void oneChangedLetterOfTheSignatureIsFound() {
    assertThat(verify(TOKEN.replace(".dBj", ".dBk"), "1")).isEqualTo(Verdict.SIGNATURE);
  }

  @Test
  void onlyOneSpellingOfBase64Passes() {
    assertThat(verify(TOKEN + "=", "1")).isEqualTo(Verdict.MALFORMED);
    assertThat(verify(TokenForge.withStrayBit(TOKEN), "1")).isEqualTo(Verdict.MALFORMED);
    assertThat(verify(TOKEN.replace("-mB", "+mB"), "1")).isEqualTo(Verdict.MALFORMED);
  }

  @Test
  void whatIsNoObjectIsABadRequest() {
    assertThat(verify(TOKEN, "\"1\"")).isEqualTo(Verdict.BAD_REQUEST);
    assertThat(new JdkVerifier().verify(new byte[0])).isEqualTo(Verdict.BAD_REQUEST);
    assertThat(new JdkVerifier().verify("{} {}".getBytes(UTF_8))).isEqualTo(Verdict.BAD_REQUEST);
    assertThat(new JdkVerifier().verify("[]".getBytes(UTF_8))).isEqualTo(Verdict.BAD_REQUEST);
  }
}
