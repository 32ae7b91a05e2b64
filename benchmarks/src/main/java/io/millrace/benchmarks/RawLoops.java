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
  private final Invocation invocation;
  private final int invocations;

  RawLoops(GuestSource guests, int threads, Invocation invocation, int invocations) {
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
  public void run() throws InterruptedException {
    int each = invocations / leases.size();
    List<Thread> threads = new ArrayList<>();
    for (GuestLease lease : leases) {
      Thread thread = new Thread(() -> loop(lease.guest(null), each));
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void loop(Guest guest, int count) {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += guest.invoke(invocation).length;
    }
    if (bytes < 0) {
      throw new IllegalStateException("more than all bytes");
    }
  }

  @Override
  public void close() {
    leases.forEach(GuestLease::close);
  }
}
