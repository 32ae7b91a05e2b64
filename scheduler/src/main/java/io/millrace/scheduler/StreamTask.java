package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;

/** One invocation of a stream. The one object, beside its reply, that an invocation costs. */
final class StreamTask extends Task {

  private final InvokeAllSubscription stream;

  /** Where the stream keeps it. Written in the stream's drain or before anybody else sees it. */
  private int place;

  StreamTask(Invocation invocation, InvokeAllSubscription stream, int place) {
    super(invocation);
    this.stream = stream;
    this.place = place;
  }

  int place() {
    return place;
  }

  void place(int next) {
    place = next;
  }

  @Override
  boolean deliver() {
    return stream.answered(this);
  }
}
