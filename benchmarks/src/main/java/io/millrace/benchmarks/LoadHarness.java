package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Puts a load on a pool and looks at all of it. In a closed loop whoever has a reply sends the next
 * call, so a slow pool gets less to do. In an open loop calls come when they come, and a call's
 * time counts from the moment at which it was meant to be sent, so what a slow pool delays is not
 * forgotten.
 */
final class LoadHarness {

  private final WorkerPool pool;
  private final Invocation invocation;
  private final int calls;
  private final Duration limit;
  private final Histogram service = new ConcurrentHistogram(Peer.HIGHEST_NANOS, 3);
  private final Histogram sojourn = new ConcurrentHistogram(Peer.HIGHEST_NANOS, 3);
  private final LongAdder serviceNanos = new LongAdder();
  private final LongAdder sentToReplyNanos = new LongAdder();
  private final LongAdder completed = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final AtomicInteger inSystem = new AtomicInteger();
  private final AtomicInteger unsent;
  private final AtomicLong lastNanos = new AtomicLong();
  private final CountDownLatch unanswered;
  private final LoadSampler sampler;

  private LoadHarness(
      WorkerPool pool, Invocation invocation, int calls, Duration limit, long lookNanos) {
    this.pool = pool;
    this.invocation = invocation;
    this.calls = calls;
    this.limit = limit;
    unsent = new AtomicInteger(calls);
    unanswered = new CountDownLatch(calls);
    sampler = LoadSampler.start(inSystem::get, () -> pool.metrics().waiting(), lookNanos);
  }

  /** Sends {@code calls} calls, {@code inFlight} of them under way at a time. */
  static LoadResult closed(WorkerPool pool, Invocation invocation, int calls, int inFlight)
      throws InterruptedException {
    return closed(pool, invocation, calls, inFlight, Peer.LIMIT, LoadSampler.OFTEN_NANOS);
  }

  /**
   * The same.
   *
   * @param limit who is not answered by then ends it
   * @param lookNanos between two looks at what is under way
   */
  static LoadResult closed(
      WorkerPool pool,
      Invocation invocation,
      int calls,
      int inFlight,
      Duration limit,
      long lookNanos)
      throws InterruptedException {
    LoadHarness run = new LoadHarness(pool, invocation, calls, limit, lookNanos);
    return run.measured(
        () -> {
          for (int i = 0; i < inFlight; i++) {
            run.sendNext();
          }
          run.sampler.lookNow();
        });
  }

  /** Sends {@code calls} calls at random moments, {@code perSecond} of them on average. */
  static LoadResult open(WorkerPool pool, Invocation invocation, int calls, double perSecond)
      throws InterruptedException {
    LoadHarness run = new LoadHarness(pool, invocation, calls, Peer.LIMIT, LoadSampler.OFTEN_NANOS);
    Random random = new Random(1);
    return run.measured(
        () -> {
          double meant = System.nanoTime();
          for (int i = 0; i < calls; i++) {
            meant -= Math.log(1 - random.nextDouble()) * 1e9 / perSecond;
            long left = (long) meant - System.nanoTime();
            while (left > 0) { // a park may end sooner
              LockSupport.parkNanos(left);
              left = (long) meant - System.nanoTime();
            }
            run.send((long) meant, () -> {});
          }
        });
  }

  private LoadResult measured(Runnable senders) throws InterruptedException {
    try (sampler) {
      return measuredUntilAnswered(senders);
    } finally {
      unsent.set(0); // whoever is answered after the limit sends no more
    }
  }

  private LoadResult measuredUntilAnswered(Runnable senders) throws InterruptedException {
    long bytes = AllocatedBytes.now();
    long collections = collectors(GarbageCollectorMXBean::getCollectionCount);
    long collectionMillis = collectors(GarbageCollectorMXBean::getCollectionTime);
    sampler.lookNow();
    long start = System.nanoTime();
    senders.run();
    if (!unanswered.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          String.format(
              "%d of %d calls were not answered in %d s",
              unanswered.getCount(), calls, limit.toSeconds()));
    }
    long nanos = lastNanos.get() - start;
    LoadSampler.Means means = sampler.stop(nanos);
    long answered = Math.max(1, completed.sum() + rejected.sum() + failed.sum());
    return new LoadResult(
        completed.sum(),
        rejected.sum(),
        failed.sum(),
        nanos,
        service,
        sojourn,
        (double) sentToReplyNanos.sum() / answered,
        (double) serviceNanos.sum() / nanos / pool.metrics().workers(),
        means.waiting(),
        means.inSystem(),
        (double) (AllocatedBytes.now() - bytes) / calls,
        collectors(GarbageCollectorMXBean::getCollectionCount) - collections,
        collectors(GarbageCollectorMXBean::getCollectionTime) - collectionMillis);
  }

  private static long collectors(ToLongFunction<GarbageCollectorMXBean> of) {
    return ManagementFactory.getGarbageCollectorMXBeans().stream().mapToLong(of).sum();
  }

  private void sendNext() {
    if (unsent.getAndDecrement() > 0) {
      send(System.nanoTime(), this::sendNext);
    }
  }

  private void send(long meantNanos, Runnable then) {
    inSystem.incrementAndGet();
    long sentNanos = System.nanoTime();
    pool.invoke(invocation)
        .subscribe(
            reply -> {
              replied(reply, meantNanos);
              answered(sentNanos, then);
            },
            failure -> {
              (isRejection(failure) ? rejected : failed).increment();
              answered(sentNanos, then);
            });
  }

  /** Whether a pool that has enough to do answered so; whatever else it answers is a failure. */
  static boolean isRejection(Throwable failure) {
    return failure instanceof WorkerException.InboxFull
        || failure instanceof WorkerException.Dropped
        || failure instanceof WorkerException.Shed;
  }

  private void replied(Reply reply, long meantNanos) {
    completed.increment();
    service.recordValue(reply.serviceNanos());
    serviceNanos.add(reply.serviceNanos());
    sojourn.recordValue(System.nanoTime() - meantNanos);
  }

  private void answered(long sentNanos, Runnable then) {
    long now = System.nanoTime();
    sentToReplyNanos.add(now - sentNanos);
    lastNanos.accumulateAndGet(now, Math::max);
    sampler.lookIfLate(now); // the call is in the system until now
    inSystem.decrementAndGet();
    then.run();
    unanswered.countDown();
  }
}
