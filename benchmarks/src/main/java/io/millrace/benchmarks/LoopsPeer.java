package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Threads that call guests by themselves, without any hand-off: the limit. Either each has a guest
 * of its own, or as many as there are calls in flight share one guest and a lock.
 */
final class LoopsPeer implements Peer {

  private final List<GuestLease> leases = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final @Nullable ReentrantLock lock;

  private LoopsPeer(GuestSource guests, int instances, boolean shared) {
    for (int i = 0; i < instances; i++) {
      leases.add(guests.lease());
    }
    lock = shared ? new ReentrantLock() : null;
  }

  /** Each thread has its own guest, and one call in flight. */
  static LoopsPeer raw(GuestSource guests, int threads) {
    return new LoopsPeer(guests, threads, false);
  }

  /** One guest behind a lock, for as many threads as calls shall be in flight. */
  static LoopsPeer locked(GuestSource guests) {
    return new LoopsPeer(guests, 1, true);
  }

  @Override
  public Round run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception {
    int loops = lock == null ? leases.size() : inFlight;
    List<Callable<Histogram>> all = new ArrayList<>();
    for (int i = 0; i < loops; i++) {
      GuestLease lease = leases.get(i % leases.size());
      int from = (int) ((long) calls * i / loops);
      int to = (int) ((long) calls * (i + 1) / loops);
      all.add(() -> loop(lease, call.invocation(), to - from, timed));
    }
    long start = System.nanoTime();
    List<Histogram> sojourns = new ArrayList<>();
    for (Future<Histogram> each : threads.invokeAll(all)) {
      sojourns.add(each.get());
    }
    return Round.of(start, sojourns.toArray(Histogram[]::new));
  }

  private Histogram loop(GuestLease lease, Invocation invocation, int count, boolean timed) {
    Histogram sojourns = Peer.histogram();
    Guest guest = lock == null ? lease.guest(null) : null;
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      long sent = timed ? System.nanoTime() : 0;
      bytes += guest == null ? locked(lease, invocation) : guest.invoke(invocation).length;
      if (timed) {
        sojourns.recordValue(System.nanoTime() - sent);
      }
    }
    if (bytes < 0) {
      throw new IllegalStateException("more than all bytes");
    }
    return sojourns;
  }

  private int locked(GuestLease lease, Invocation invocation) {
    ReentrantLock held = Objects.requireNonNull(lock);
    held.lock();
    try {
      return lease.guest(null).invoke(invocation).length;
    } finally {
      held.unlock();
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    leases.forEach(GuestLease::close);
  }
}
