package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.infra.Control;

/** What JMH would not find. */
class JmhTest {

  private static final int ROUNDS = 200;

  /** A notify that wakes nobody is another thing, and much faster. */
  @Test
  void whoIsWokenWasParked() throws Exception {
    WaitNotifyBenchmark benchmark = new WaitNotifyBenchmark();
    WaitNotifyBenchmark.Pair pair = new WaitNotifyBenchmark.Pair();
    Control control = new Control();
    FutureTask<Integer> waiter =
        new FutureTask<>(
            () -> {
              int answers = 0; // 0 for each wait that was woken
              for (int round = 0; round < ROUNDS; round++) {
                answers += benchmark.waiter(pair);
              }
              return answers;
            });
    new Thread(waiter, "waiter").start();
    for (int round = 0; round < ROUNDS; round++) {
      assertThat(benchmark.waker(pair, control)).isEqualTo(1);
    }
    assertThat(waiter.get(30, TimeUnit.SECONDS)).isZero();
    control.stopMeasurement = true; // nobody waits any more, and the waker does not hang
    assertThat(benchmark.waker(pair, control)).isZero();
  }

  @Test
  void aStreamWithFailuresIsNoScore() {
    InvokeBenchmark benchmark = new InvokeBenchmark();
    benchmark.function = "no such function";
    benchmark.workers = 1;
    benchmark.start();
    try {
      assertThatIllegalStateException()
          .isThrownBy(benchmark::invokeAll)
          .withMessage("100000 of 100000 invocations failed");
    } finally {
      benchmark.stop();
    }
  }
}
