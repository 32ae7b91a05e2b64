package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Threads that call guests by themselves, without any hand-off: the limit. Either each has a guest
 * of its own, or as many as there are calls in flight share one guest and a lock.
 */
final class LoopsPeer implements Peer {

  private final List<GuestLease> leases = new ArrayList<>();
  private final @Nullable ReentrantLock lock;
  private @Nullable LoopThreads threads;

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
  public PeerRound run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception {
    LoopThreads loops = threads(lock == null ? leases.size() : inFlight);
    Histogram[] sojourns = new Histogram[timed ? loops.count() : 0];
    Arrays.setAll(sojourns, i -> Peer.histogram());
    LongAdder failed = new LongAdder();
    long nanos =
        loops.run(
            calls,
            (thread, count) -> {
              GuestLease lease = leases.get(thread % leases.size());
              Histogram sojourn = timed ? sojourns[thread] : null;
              failed.add(loop(lease, call.invocation(), count, sojourn));
            });
    return PeerRound.of(nanos, failed.sum(), sojourns);
  }

  /** Threads are kept from round to round, so that no round has their start in it. */
  private LoopThreads threads(int count) {
    LoopThreads known = threads;
    if (known == null || known.count() != count) {
      if (known != null) {
        known.close();
      }
      known = new LoopThreads(count);
      threads = known;
    }
    return known;
  }

  /** Answers how many calls failed. */
  private long loop(
      GuestLease lease, Invocation invocation, int count, @Nullable Histogram sojourns) {
    Guest guest = lock == null ? lease.guest(null) : null; // for a whole chunk, as in RawLoops
    long failed = 0;
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      long sent = sojourns == null ? 0 : System.nanoTime();
      try {
        bytes += guest == null ? locked(lease, invocation) : guest.invoke(invocation).length;
        if (sojourns != null) {
          sojourns.recordValue(System.nanoTime() - sent);
        }
      } catch (RuntimeException failure) {
        failed++;
      }
    }
    if (bytes < 0) {
      throw new IllegalStateException("more than all bytes");
    }
    return failed;
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
    if (threads != null) {
      threads.close();
    }
    leases.forEach(GuestLease::close);
  }
}
