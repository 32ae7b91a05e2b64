package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class InvocationTest {

  @Test
  void carriesWhatItWasGiven() {
    Invocation invocation =
        Invocation.of("sha256", "text")
            .withTenant("acme")
            .withKey("k")
            .withPriority(3)
            .withDeadline(Duration.ofMillis(5));
    assertThat(invocation.function()).isEqualTo("sha256");
    assertThat(((Payload.Copied) invocation.payload()).length()).isEqualTo(4);
    assertThat(invocation.tenant()).isEqualTo("acme");
    assertThat(invocation.key()).isEqualTo("k");
    assertThat(invocation.priority()).isEqualTo(3);
    assertThat(invocation.deadline()).isEqualTo(Duration.ofMillis(5));
  }

  @Test
  void aDeadlineOfNothingIsRefused() {
    Invocation invocation = Invocation.of("f", "");
    assertThatThrownBy(() -> invocation.withDeadline(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT0S");
    assertThatThrownBy(() -> invocation.withDeadline(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(invocation.withDeadline(null).deadline()).isNull();
  }

  @Test
  void aPayloadLiesWithinItsArray() {
    byte[] bytes = {1, 2, 3};
    assertThat(Payload.copied(bytes, 1, 2).length()).isEqualTo(2);
    assertThatThrownBy(() -> Payload.copied(bytes, 2, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Payload.copied(bytes, -1, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Payload.copied(bytes, 1, Integer.MAX_VALUE))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
