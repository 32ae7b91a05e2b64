package io.millrace.instance;

import io.millrace.pipeline.WorkerException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Stops a guest whose start takes too long: a deadline answers the caller, but the worker would
 * stay in the guest for good.
 *
 * <p>The interrupt can hit the start and nothing else. Whoever completes {@code late} first wins:
 * the clock with true, or the starting thread with false. When the clock has won, the thread waits
 * until it has been interrupted, and clears the flag. Then the start counts as failed, even if it
 * came to its end: another interrupt, of one who ends the worker, may have been cleared with the
 * flag.
 */
final class StartWatch {

  private StartWatch() {}

  /**
   * Runs {@code start} on this thread.
   *
   * @throws WorkerException.ModuleRejected when it takes longer than {@code limit}
   */
  static <T> T within(Duration limit, String name, Supplier<T> start) {
    Thread thread = Thread.currentThread();
    CompletableFuture<Boolean> late = new CompletableFuture<>();
    CompletableFuture<Void> delivered =
        late.thenAccept(
            passed -> {
              if (passed) {
                thread.interrupt();
              }
            });
    late.completeOnTimeout(true, limit.toMillis(), TimeUnit.MILLISECONDS);
    T started;
    try {
      started = start.get();
    } catch (RuntimeException | Error failed) {
      if (inTime(late, delivered)) {
        throw failed;
      }
      throw tooLong(name, limit);
    }
    if (inTime(late, delivered)) {
      return started;
    }
    throw tooLong(name, limit);
  }

  private static boolean inTime(
      CompletableFuture<Boolean> late, CompletableFuture<Void> delivered) {
    if (late.complete(false)) {
      return true;
    }
    delivered.join();
    Thread.interrupted();
    return false;
  }

  private static WorkerException.ModuleRejected tooLong(String name, Duration limit) {
    return new WorkerException.ModuleRejected(
        name
            + " did not start within "
            + limit.toMillis()
            + " ms: its start function, _initialize or alloc runs on",
        "raise startTimeout if it needs longer",
        null);
  }
}
