package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;

/**
 * Guests that never end, one after the other, each with a deadline: how long after it their callers
 * know. On the other worker guests of other callers run all the while, of which none may be hit.
 */
final class CancelProfile implements Profile {

  private static final int MOST_RUNAWAYS = 1_000;
  private static final Duration DEADLINE = Duration.ofMillis(10);

  /** As the scheduler states it. */
  private static final double RESOLUTION_MILLIS = 1;

  @Override
  public String name() {
    return "cancel";
  }

  @Override
  public String description() {
    return "1,000 runaway guests: how late their callers know; whether a neighbour is hit";
  }

  @Override
  public int quickSeconds() {
    return 3;
  }

  @Override
  public void run(Figures figures) throws Exception {
    AtomicLong neighbours = new AtomicLong();
    AtomicLong hit = new AtomicLong();
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch neighboursEnded = new CountDownLatch(1);
    int runaways = Effort.share(MOST_RUNAWAYS);
    double[] lateMillis = new double[runaways];
    try (InstancePool guests = DigestGuests.pool(false);
        WorkerPool pool = WorkerPools.over(guests).workers(2).inboxCapacity(64).build()) {
      Invocation sha256 = Invocation.of("sha256", "abc");
      pool.invokeAll(Flux.<Invocation>generate(sink -> sink.next(sha256)))
          .takeUntil(reply -> stop.get())
          .doFinally(end -> neighboursEnded.countDown())
          .subscribe(
              reply -> {
                neighbours.incrementAndGet();
                if (!(reply instanceof Reply.Completed)) {
                  hit.incrementAndGet();
                }
              });
      Invocation runaway = Invocation.of("spin", "").withDeadline(DEADLINE);
      for (int i = 0; i < runaways; ) {
        Late late = late(pool, runaway);
        if (late.started) { // else the last one's worker had not stopped yet, and it waited
          lateMillis[i++] = late.millis;
        }
      }
      stop.set(true);
      neighboursEnded.await(10, TimeUnit.SECONDS);
      figures.put("cancel.abandonedWorkers", (double) pool.metrics().abandonedWorkers());
    }
    Arrays.sort(lateMillis);
    double p99 = lateMillis[runaways * 99 / 100];
    figures.put("cancel.runaways", (double) runaways);
    figures.put("cancel.lateness.p50Millis", lateMillis[runaways / 2]);
    figures.put("cancel.lateness.p99Millis", p99);
    figures.put("cancel.lateness.maxMillis", lateMillis[runaways - 1]);
    figures.put("cancel.p99Millis", beyondResolution(p99));
    figures.note(
        String.format(
            Locale.ROOT,
            "lateness: from a guest's deadline (%d ms) to its caller's error; cancel.p99Millis is"
                + " what of the 99th percentile goes beyond the %.0f ms that the scheduler states as"
                + " its deadlines' resolution, 0 where nothing does",
            DEADLINE.toMillis(),
            RESOLUTION_MILLIS));
    figures.put("cancel.neighbours", (double) neighbours.get());
    figures.put("cancel.neighboursHit", (double) hit.get());
  }

  private record Late(double millis, boolean started) {}

  private static Late late(WorkerPool pool, Invocation runaway) throws Exception {
    long start = System.nanoTime();
    CompletableFuture<Late> failed = new CompletableFuture<>();
    pool.invoke(runaway)
        .subscribe(
            reply -> failed.completeExceptionally(new IllegalStateException("it ended")),
            failure -> {
              long lateNanos = System.nanoTime() - start - DEADLINE.toNanos();
              if (failure instanceof WorkerException.DeadlineExceeded exceeded) {
                failed.complete(new Late(lateNanos / 1e6, exceeded.started()));
              } else {
                failed.completeExceptionally(failure);
              }
            });
    return failed.get(30, TimeUnit.SECONDS);
  }

  private static double beyondResolution(double millis) {
    return Math.max(0, millis - RESOLUTION_MILLIS);
  }
}
