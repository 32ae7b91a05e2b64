package io.millrace.pipeline;

import java.util.Objects;
import reactor.util.context.ContextView;

/** Tells two recorders. What the first throws comes out of here when the second was told. */
record BothRecorders(WorkerPoolRecorder first, WorkerPoolRecorder second)
    implements WorkerPoolRecorder {

  BothRecorders {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(second, "second");
  }

  @Override
  public void submitted(Invocation invocation, ContextView context) {
    try {
      first.submitted(invocation, context);
    } finally {
      second.submitted(invocation, context);
    }
  }

  @Override
  public void ended(Reply reply, InvocationCost cost) {
    try {
      first.ended(reply, cost);
    } finally {
      second.ended(reply, cost);
    }
  }

  @Override
  public void failed(Reply.Failed reply) {
    try {
      first.failed(reply);
    } finally {
      second.failed(reply);
    }
  }

  @Override
  public void cancelled(Invocation invocation) {
    try {
      first.cancelled(invocation);
    } finally {
      second.cancelled(invocation);
    }
  }

  @Override
  public void stopped(Invocation invocation, long serviceNanos, InvocationCost cost) {
    try {
      first.stopped(invocation, serviceNanos, cost);
    } finally {
      second.stopped(invocation, serviceNanos, cost);
    }
  }

  @Override
  public void event(WorkerEvent event) {
    try {
      first.event(event);
    } finally {
      second.event(event);
    }
  }
}
