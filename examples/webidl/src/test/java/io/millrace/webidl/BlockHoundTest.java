package io.millrace.webidl;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.BlockingCalls;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** BlockHound watches Reactor's threads in all tests of this module. */
class BlockHoundTest {

  @Test
  void aThreadOfReactorsThatBlocksIsFoundOut() {
    Mono<Integer> sleeping =
        Mono.fromCallable(
                () -> {
                  Thread.sleep(1);
                  return 1;
                })
            .subscribeOn(Schedulers.parallel());
    assertThat(sleeping.toFuture())
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .havingRootCause()
        .isInstanceOf(BlockingOperationError.class);
    assertThat(BlockingCalls.forget()).as("found, and not left to fail this class").isEqualTo(1);
  }
}
