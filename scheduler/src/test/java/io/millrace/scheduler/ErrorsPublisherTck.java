package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.MessagePort;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;

/** What a port gives the subscribers of its failures. */
public class ErrorsPublisherTck extends PublisherVerification<WorkerException> {

  private final WorkerPool pool = TckGuests.pool();

  /** For TestNG. */
  public ErrorsPublisherTck() {
    super(new TestEnvironment(2_000, 50));
  }

  /** A port keeps no failures: its messages are posted when it has its subscriber. */
  @Override
  public Publisher<WorkerException> createPublisher(long elements) {
    return subscriber -> {
      MessagePort port = pool.connect(Invocation.of("fail", ""));
      port.errors().subscribe(subscriber);
      for (long left = elements; left > 0; left--) {
        port.post(Payload.utf8(""));
      }
      port.close();
    };
  }

  @Override
  public long maxElementsFromPublisher() {
    return WorkerPool.EVENTS_KEPT;
  }

  /** None: whatever fails is an element. */
  @Override
  public @Nullable Publisher<WorkerException> createFailedPublisher() {
    return null;
  }

  /** Ends the pool. */
  @AfterClass
  public void close() {
    pool.terminate();
    pool.close();
  }
}
