package io.millrace.testkit;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Fails the test class in which BlockHound found a blocking call on a thread of Reactor's, also
 * where what it throws there is caught and forgotten. On in the tests of each module that has this
 * one on its path.
 */
public final class BlockingCalls implements BlockHoundIntegration, AfterAllCallback {

  private static final Queue<BlockingOperationError> FOUND = new ConcurrentLinkedQueue<>();

  /** For tests that block on purpose: answers how many calls were found, and forgets them. */
  public static int forget() {
    int found = 0;
    while (FOUND.poll() != null) {
      found++;
    }
    return found;
  }

  @Override
  public void applyTo(BlockHound.Builder builder) {
    builder.blockingMethodCallback(
        method -> {
          BlockingOperationError found = new BlockingOperationError(method);
          FOUND.add(found);
          throw found;
        });
  }

  @Override
  public void afterAll(ExtensionContext context) {
    BlockingOperationError first = FOUND.peek();
    if (first != null) {
      throw new AssertionError(
          forget() + " blocking calls on threads of Reactor's, the first of them:", first);
    }
  }
}
