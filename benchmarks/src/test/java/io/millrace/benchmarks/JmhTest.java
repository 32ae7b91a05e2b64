package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

/** What JMH would not find. */
class JmhTest {

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
