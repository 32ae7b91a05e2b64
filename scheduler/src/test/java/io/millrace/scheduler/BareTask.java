package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import java.time.Duration;

/** A task that nobody waits for, known by its number. */
final class BareTask extends Task {

  final int number;

  BareTask(int number) {
    super(Invocation.of("f", ""));
    this.number = number;
  }

  /** Submitted at 0. */
  BareTask(int number, long deadlineNanos) {
    super(Invocation.of("f", "").withDeadline(Duration.ofNanos(deadlineNanos)));
    this.number = number;
    submitted(0);
  }

  @Override
  boolean deliver() {
    return false;
  }
}
