package io.millrace.scheduler;

import io.millrace.pipeline.MessagePort;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerPool;
import java.util.ArrayList;
import java.util.List;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;

/** What a port gives the subscriber of its messages. */
public class MessagesPublisherTck extends PublisherVerification<byte[]> {

  private final List<WorkerPool> pools = new ArrayList<>();

  /** For TestNG. */
  public MessagesPublisherTck() {
    super(new TestEnvironment(2_000, 50));
  }

  /**
   * One for each publisher: the kit leaves some of them with messages that it never asks for, which
   * keeps their worker waiting.
   */
  WorkerPool pool() {
    WorkerPool pool = TckGuests.pool();
    pools.add(pool);
    return pool;
  }

  @Override
  public Publisher<byte[]> createPublisher(long elements) {
    MessagePort port = pool().connect(TckGuests.posting(0));
    port.post(Payload.utf8(Long.toString(elements)));
    port.close();
    return port.messages();
  }

  /** Messages are for one subscriber. */
  @Override
  public Publisher<byte[]> createFailedPublisher() {
    MessagePort port = pool().connect(TckGuests.posting(0));
    port.messages().subscribe();
    return port.messages();
  }

  /** Ends the pools. */
  @AfterClass
  public void close() {
    pools.forEach(WorkerPool::terminate);
    pools.forEach(WorkerPool::close);
  }
}
