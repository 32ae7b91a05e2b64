package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's executor with a fixed number of threads, each with a caller of its own. Whoever has its
 * reply sends the next call, so there is no thread beside the workers.
 */
final class ExecutorPeer implements Peer {

  private final ExecutorService threads;
  private final ThreadLocal<Caller> callers;
  private final List<Caller> made = new ArrayList<>();

  /** Makes all callers and compares a reply of each call with what it must be. */
  ExecutorPeer(int workers, Caller.Factory factory) throws Exception {
    threads = Executors.newFixedThreadPool(workers);
    callers = ThreadLocal.withInitial(() -> make(factory));
    CountDownLatch all = new CountDownLatch(workers);
    List<Future<?>> checks = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      Callable<@Nullable Void> check =
          () -> {
            try {
              Caller caller = callers.get();
              for (PeerCall call : PeerCall.values()) {
                call.check(caller.call(call));
              }
            } finally {
              all.countDown();
            }
            all.await(); // or one thread would do it for all
            return null;
          };
      checks.add(threads.submit(check));
    }
    try {
      for (Future<?> check : checks) {
        check.get();
      }
    } catch (Exception | Error failed) {
      close();
      throw failed;
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
  public Round run(PeerCall call, int calls, int inFlight, boolean timed) throws Exception {
    Run run = new Run(call, calls, inFlight, timed);
    long start = System.nanoTime();
    for (int i = 0; i < inFlight; i++) {
      run.send();
    }
    run.ended.await();
    return Round.of(System.nanoTime() - start, run.failed.sum(), run.histograms());
  }

  @Override
  public void close() {
    threads.shutdown();
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
      }
      send();
    }
  }
}
