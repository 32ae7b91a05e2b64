package io.millrace.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's executor with a fixed number of threads, each with a caller of its own. Whoever has its
 * reply sends the next call, so there is no thread beside the workers.
 */
final class ExecutorPeer implements Peer {

  private final PeerKind kind;
  private final Duration limit;
  private final ExecutorService threads;
  private final ThreadLocal<Caller> callers;
  private final List<Caller> made = new ArrayList<>();

  ExecutorPeer(PeerKind kind, int workers, Caller.Factory factory) throws Exception {
    this(kind, workers, factory, LIMIT);
  }

  /**
   * Makes all callers and compares a reply of each call with what it must be.
   *
   * @param limit on each wait, for tests
   */
  ExecutorPeer(PeerKind kind, int workers, Caller.Factory factory, Duration limit)
      throws Exception {
    this.kind = kind;
    this.limit = limit;
    threads = Executors.newFixedThreadPool(workers);
    callers = ThreadLocal.withInitial(() -> make(factory));
    CountDownLatch all = new CountDownLatch(workers);
    List<Callable<@Nullable Void>> checks = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      checks.add(
          () -> {
            try {
              check(callers.get());
            } finally {
              all.countDown();
            }
            all.await(); // or one thread would do it for all
            return null;
          });
    }
    try {
      for (Future<?> check : threads.invokeAll(checks, limit.toMillis(), TimeUnit.MILLISECONDS)) {
        if (check.isCancelled()) {
          throw Peer.late(kind.title(), limit);
        }
        check.get();
      }
    } catch (Exception | Error failed) {
      close();
      throw failed;
    }
  }

  /** Twice: what is left of a call must not be the next one's reply. */
  private static void check(Caller caller) throws Exception {
    for (int i = 0; i < 2; i++) {
      for (PeerCall call : PeerCall.values()) {
        call.check(caller.call(call));
      }
    }
  }

  private Caller make(Caller.Factory factory) {
    try {
      Caller caller = factory.make();
      synchronized (made) {
        made.add(caller);
      }
      return caller;
    } catch (Exception failed) {
      throw new IllegalStateException(failed.toString(), failed);
    }
  }

  @Override
  public PeerRound run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception {
    Run run = new Run(call, calls, inFlight, timed);
    long start = System.nanoTime();
    for (int i = 0; i < inFlight; i++) {
      run.send();
    }
    if (!run.ended.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      run.unsent.set(0);
      threads.shutdownNow(); // or it would slow the others down
      throw Peer.late(kind.title(), limit);
    }
    long nanos = System.nanoTime() - start;
    Error broken = run.broken.get();
    if (broken != null) {
      throw new IllegalStateException(kind.title() + " broke down: " + broken, broken);
    }
    return PeerRound.of(nanos, run.failed.sum(), run.histograms());
  }

  @Override
  public void close() {
    threads.shutdownNow();
    synchronized (made) {
      made.forEach(Caller::close);
    }
  }

  /** One run of many calls. */
  private final class Run {

    private final PeerCall call;
    private final boolean timed;
    private final AtomicInteger unsent;
    private final CountDownLatch ended;
    private final LongAdder failed = new LongAdder();
    private final AtomicReference<@Nullable Error> broken = new AtomicReference<>();
    private final List<Histogram> sojourns = new ArrayList<>();
    private final ThreadLocal<Histogram> sojourn = ThreadLocal.withInitial(this::histogram);

    Run(PeerCall call, int calls, int inFlight, boolean timed) {
      this.call = call;
      this.timed = timed;
      unsent = new AtomicInteger(calls);
      ended = new CountDownLatch(inFlight);
    }

    private Histogram histogram() {
      Histogram histogram = Peer.histogram();
      synchronized (sojourns) {
        sojourns.add(histogram);
      }
      return histogram;
    }

    private Histogram[] histograms() {
      synchronized (sojourns) {
        return sojourns.toArray(Histogram[]::new);
      }
    }

    void send() {
      if (unsent.getAndDecrement() <= 0) {
        ended.countDown();
        return;
      }
      long sent = timed ? System.nanoTime() : 0;
      threads.execute(() -> answer(sent));
    }

    private void answer(long sent) {
      try {
        Objects.requireNonNull(callers.get().call(call));
        if (timed) {
          sojourn.get().recordValue(System.nanoTime() - sent);
        }
      } catch (Exception failure) {
        failed.increment();
      } catch (Error failure) { // no call of a guest's that failed: nothing is left to measure
        broken.compareAndSet(null, failure);
        unsent.set(0);
      }
      send();
    }
  }
}
