package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.util.ArrayList;
import java.util.List;

/** The limit: each thread calls its own guest in a loop, without any framework. */
final class RawLoops implements Load, AutoCloseable {

  private final List<GuestLease> leases = new ArrayList<>();
  private final LoopThreads threads;
  private final Invocation invocation;
  private final int invocations;

  RawLoops(GuestSource guests, int threads, Invocation invocation, int invocations) {
    this.threads = new LoopThreads(threads);
    for (int i = 0; i < threads; i++) {
      leases.add(guests.lease());
    }
    this.invocation = invocation;
    this.invocations = invocations;
  }

  @Override
  public int invocations() {
    return invocations;
  }

  @Override
  public long run() throws Exception {
    return threads.run(
        invocations, (thread, calls) -> call(leases.get(thread).guest(null), invocation, calls));
  }

  /** The loop. What it looks at keeps the JIT from leaving a reply out. */
  static void call(Guest guest, Invocation invocation, int calls) {
    long bytes = 0;
    for (int i = 0; i < calls; i++) {
      bytes += guest.invoke(invocation).length;
    }
    if (bytes < 0) {
      throw new IllegalStateException("more than all bytes");
    }
  }

  @Override
  public void close() {
    threads.close();
    leases.forEach(GuestLease::close);
  }
}
