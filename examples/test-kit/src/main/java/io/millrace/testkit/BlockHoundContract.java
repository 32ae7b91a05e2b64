package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * BlockHound watches Reactor's threads in all tests of the module that has a subclass of this: what
 * it is switched on by is the module's own path.
 */
public abstract class BlockHoundContract {

  /** Fails where nobody watches. */
  @Test
  protected void aThreadOfReactorsThatBlocksIsFoundOut() {
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
