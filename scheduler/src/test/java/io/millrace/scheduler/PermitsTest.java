package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PermitsTest {

  private final Permits permits = new Permits(5);

  @Test
  void grantsExactlyItsCapacity() {
    assertThat(permits.tryAcquire(3)).isEqualTo(3);
    assertThat(permits.tryAcquire(3)).isEqualTo(2);
    assertThat(permits.tryAcquire(1)).isZero();
    assertThat(permits.taken()).isEqualTo(5);
    permits.release(1);
    assertThat(permits.tryAcquire(2)).isEqualTo(1);
  }

  @Test
  void grantsNothingOnceClosedAndTellsWhenDrained() {
    permits.tryAcquire(2);
    assertThat(permits.tryClose()).isTrue();
    assertThat(permits.tryClose()).isFalse();
    assertThat(permits.tryAcquire(1)).isZero();
    assertThat(permits.taken()).isEqualTo(2);
    assertThat(permits.isDrained()).isFalse();
    assertThat(permits.release(1)).isFalse();
    assertThat(permits.release(1)).isTrue();
    assertThat(permits.isDrained()).isTrue();
  }
}
