package io.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DemoRequestsTest {

  private static final int COUNT = 20_000;

  @Test
  void whatIsIntendedIsWhatTheJdkFinds() {
    DemoRequests requests = new DemoRequests(2026);
    JdkVerifier verifier = new JdkVerifier();
    for (int i = 0; i < COUNT; i++) {
      DemoRequests.Request request = requests.at(i);
      assertThat(verifier.verify(request.input().getBytes(UTF_8)))
          .as("request %s: %s", i, request.input())
          .isEqualTo(request.intended());
    }
  }

  @Test
  void mostAreValidAndEveryReasonOccurs() {
    Map<String, Integer> byReason = new TreeMap<>();
    DemoRequests requests = new DemoRequests(2026);
    for (int i = 0; i < COUNT; i++) {
      byReason.merge(requests.at(i).intended().reason(), 1, Integer::sum);
    }
    assertThat(byReason)
        .containsOnlyKeys(
            "valid",
            "expired",
            "not-yet-valid",
            "signature",
            "algorithm",
            "malformed",
            "bad-request");
    assertThat(byReason.get("valid")).isGreaterThan(COUNT / 2);
    assertThat(byReason.values()).allMatch(count -> count > 100);
  }

  @Test
  void aSeedGivesTheSameRequestsInWhateverOrder() {
    DemoRequests upward = new DemoRequests(7);
    DemoRequests downward = new DemoRequests(7);
    String[] first = new String[100];
    for (int i = 0; i < first.length; i++) {
      first[i] = upward.at(i).input();
    }
    for (int i = first.length - 1; i >= 0; i--) {
      assertThat(downward.at(i).input()).isEqualTo(first[i]);
    }
  }

  @Test
  void anotherSeedGivesOtherRequests() {
    assertThat(new DemoRequests(1).at(0).input()).isNotEqualTo(new DemoRequests(2).at(0).input());
  }
}
