package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InitializationGateTest {

  private final InitializationGate gate =
      new SharedLinearMemory(new PageLimits(1, 1)).initialization();

  @Test
  void oneWinsAndTheSegmentsAreAppliedOnce() throws Exception {
    assertThat(gate.awaitInitialized()).isFalse();
    assertThat(gate.tryInitialize()).isTrue();
    assertThat(gate.tryInitialize()).isFalse();
    gate.initialized();
    assertThat(gate.tryInitialize()).isFalse();
    assertThat(gate.awaitInitialized()).isTrue();
  }

  @Test
  void afterAFailureTheNextOneWins() throws Exception {
    assertThat(gate.tryInitialize()).isTrue();
    gate.initializationFailed();
    assertThat(gate.awaitInitialized()).isFalse();
    assertThat(gate.tryInitialize()).isTrue();
  }

  @Test
  void onlyAWinnerMayEndIt() {
    assertThatThrownBy(gate::initialized)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("tryInitialize");
    gate.tryInitialize();
    gate.initialized();
    assertThatThrownBy(gate::initializationFailed).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void ofManyAtOnceOneAppliesAlthoughTheFirstThreeFail() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    AtomicInteger attempts = new AtomicInteger();
    AtomicInteger applied = new AtomicInteger();
    List<Future<Integer>> instances = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      instances.add(
          threads.submit(
              () -> {
                while (!gate.awaitInitialized()) {
                  if (gate.tryInitialize()) {
                    if (attempts.incrementAndGet() <= 3) {
                      gate.initializationFailed();
                    } else {
                      applied.incrementAndGet();
                      gate.initialized();
                    }
                  }
                }
                return applied.get();
              }));
    }
    for (Future<Integer> instance : instances) {
      assertThat(instance.get()).as("applied once, before anyone went on").isEqualTo(1);
    }
    assertThat(attempts).hasValue(4);
    threads.shutdownNow();
  }
}
