package io.millrace.scheduler;

import io.millrace.pipeline.Reply;
import org.reactivestreams.Publisher;

/** What invokeAllUnordered gives its subscriber. */
public class InvokeAllUnorderedPublisherTck extends InvokeAllPublisherTck {

  @Override
  public Publisher<Reply> createPublisher(long elements) {
    return pool.invokeAllUnordered(TckGuests.invocations(elements));
  }
}
