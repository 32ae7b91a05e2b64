package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunStateTest {

  private final RunState state = new RunState(Thread.currentThread());

  @AfterEach
  void clear() {
    Thread.interrupted();
  }

  @Test
  void anInterruptHitsTheRunItWasMeantFor() {
    state.begin(7);
    assertThat(state.tryInterrupt(6)).isFalse();
    assertThat(state.tryInterrupt(7)).isTrue();
    assertThat(state.tryInterrupt(7)).as("once only").isFalse();
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(state.end(7)).isTrue();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(state.isIdle()).isTrue();
  }

  @Test
  void anInterruptAfterTheEndHitsNobody() {
    state.begin(1);
    assertThat(state.end(1)).isFalse();
    assertThat(state.tryInterrupt(1)).isFalse();
    state.begin(2);
    assertThat(state.tryInterrupt(1)).isFalse();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(state.end(2)).isFalse();
  }

  @Test
  void aFlagLeftBehindIsNotTheNextRuns() {
    Thread.currentThread().interrupt();
    state.begin(1);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(state.end(1)).isFalse();
  }

  @Test
  void aRacingInterrupterNeverHitsTheNextRun() throws InterruptedException {
    AtomicLong target = new AtomicLong();
    AtomicLong hits = new AtomicLong();
    AtomicBoolean stop = new AtomicBoolean();
    Thread interrupter =
        new Thread(
            () -> {
              while (!stop.get()) {
                if (state.tryInterrupt(target.get())) {
                  hits.incrementAndGet();
                }
              }
            });
    interrupter.start();
    long seen = 0;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    // On a busy machine the interrupter may hardly run: go on until it has hit often enough.
    for (long id = 1; (id <= 200_000 || seen < 100) && System.nanoTime() < end; id++) {
      state.begin(id);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      target.set(id);
      if (id % 3 == 0) {
        Thread.onSpinWait();
      }
      if (state.end(id)) {
        seen++;
      }
      assertThat(Thread.currentThread().isInterrupted()).as("after run %d", id).isFalse();
    }
    stop.set(true);
    interrupter.join();
    assertThat(seen).isEqualTo(hits.get()).isPositive();
  }
}
