package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** One invocation of a stream. The one object, beside its reply, that an invocation costs. */
final class StreamTask extends Task {

  private static final VarHandle PLACE;

  static {
    try {
      PLACE = MethodHandles.lookup().findVarHandle(StreamTask.class, "place", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final InvokeAllSubscription stream;

  /**
   * Where the stream keeps it. Plain before anybody else sees it; compare-and-set where replies
   * come as they end.
   */
  private int place;

  StreamTask(Invocation invocation, InvokeAllSubscription stream) {
    super(invocation);
    this.stream = stream;
  }

  int place() {
    return place;
  }

  void place(int first) {
    place = first;
  }

  boolean tryMove(int from, int to) {
    return PLACE.compareAndSet(this, from, to);
  }

  /** As other threads have moved it. */
  int placeNow() {
    return (int) PLACE.getVolatile(this);
  }

  InvokeAllSubscription stream() {
    return stream;
  }

  @Override
  boolean deliver() {
    stream.answered(this);
    return true;
  }

  @Override
  boolean deliverBy(Slot runner) {
    return stream.answeredBy(this, runner);
  }
}
