package io.millrace.scheduler;

import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;
import reactor.core.publisher.Flux;

/** What invokeAll gives its subscriber. */
public class InvokeAllPublisherTck extends PublisherVerification<Reply> {

  final WorkerPool pool = TckGuests.pool();

  /** For TestNG. */
  public InvokeAllPublisherTck() {
    super(new TestEnvironment(2_000, 50));
  }

  @Override
  public Publisher<Reply> createPublisher(long elements) {
    return pool.invokeAll(TckGuests.invocations(elements));
  }

  @Override
  public Publisher<Reply> createFailedPublisher() {
    WorkerPool closed = TckGuests.pool();
    closed.close();
    return closed.invokeAll(Flux.empty());
  }

  /** Ends the pool. */
  @AfterClass
  public void close() {
    pool.close();
  }
}
