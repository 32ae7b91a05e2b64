package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.BlockHoundContract;
import org.junit.jupiter.api.Test;
import org.reactivestreams.tck.TestEnvironment;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

class BlockHoundTest extends BlockHoundContract {

  @Test
  void theKitsSubscribersLoseNothingByIt() throws InterruptedException {
    TestEnvironment kit = new TestEnvironment(10_000);
    TestEnvironment.ManualSubscriber<Integer> subscriber =
        kit.newManualSubscriber(Flux.range(0, 20_000).publishOn(Schedulers.parallel()));
    for (int expected = 0; expected < 20_000; expected++) {
      assertThat(subscriber.requestNextElement()).isEqualTo(expected);
    }
    subscriber.requestEndOfStream();
    kit.verifyNoAsyncErrorsNoDelay();
  }
}
