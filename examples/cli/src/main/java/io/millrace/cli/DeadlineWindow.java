package io.millrace.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many records may be in flight under a deadline. A deadline counts from submission, so a
 * record that is read far ahead of its turn would use it up in the queue. So as many as take a
 * quarter of the deadline, going by the slowest of late; at first, and at least, one for each
 * worker.
 */
final class DeadlineWindow {

  private final int workers;
  private final long queueNanos;
  private final RecentMaximum serviceNanos;

  DeadlineWindow(int workers, @Nullable Duration deadline) {
    this.workers = workers;
    this.queueNanos = deadline == null ? 0 : deadline.toNanos() / 4;
    this.serviceNanos = new RecentMaximum(deadline == null ? 0 : deadline.toNanos());
  }

  long records() {
    if (queueNanos == 0) {
      return Long.MAX_VALUE;
    }
    return workers * Math.max(1, queueNanos / Math.max(1, serviceNanos.get()));
  }

  void served(long nanos) {
    if (queueNanos != 0) {
      serviceNanos.add(nanos);
    }
  }
}
