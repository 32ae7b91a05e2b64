package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PermitsTest {

  private final Permits permits = new Permits(5);

  @Test
  void grantsExactlyItsCapacity() {
    for (int i = 0; i < 5; i++) {
      assertThat(permits.tryAcquire()).isTrue();
    }
    assertThat(permits.tryAcquire()).isFalse();
    assertThat(permits.taken()).isEqualTo(5);
    permits.release();
    assertThat(permits.tryAcquire()).isTrue();
    assertThat(permits.tryAcquire()).isFalse();
  }

  @Test
  void grantsNothingOnceClosedAndTellsWhenDrained() {
    permits.tryAcquire();
    permits.tryAcquire();
    assertThat(permits.tryClose()).isTrue();
    assertThat(permits.tryClose()).isFalse();
    assertThat(permits.tryAcquire()).isFalse();
    assertThat(permits.taken()).isEqualTo(2);
    assertThat(permits.isDrained()).isFalse();
    assertThat(permits.release()).isFalse();
    assertThat(permits.release()).isTrue();
    assertThat(permits.isDrained()).isTrue();
  }
}
