package io.millrace.scheduler;

import io.millrace.pipeline.WorkerPool;
import org.reactivestreams.Publisher;

/** What a stream gives its subscriber. */
public class StreamPublisherTck extends MessagesPublisherTck {

  @Override
  public Publisher<byte[]> createPublisher(long elements) {
    return pool().stream(TckGuests.posting(elements));
  }

  @Override
  public Publisher<byte[]> createFailedPublisher() {
    WorkerPool closed = TckGuests.pool();
    closed.close();
    return closed.stream(TckGuests.posting(0));
  }
}
