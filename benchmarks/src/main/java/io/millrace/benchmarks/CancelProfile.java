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
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Guests that never end, one after the other, each with a deadline: how long after it their callers
 * know. On the other worker guests of other callers run all the while, of which none may be hit.
 */
final class CancelProfile implements Profile {

  private static final int MOST_RUNAWAYS = 1_000;
  private static final Duration DEADLINE = Duration.ofMillis(10);
  private static final Duration NEIGHBOURS_LIMIT = Duration.ofSeconds(10);

  /** So many times as many as are wanted. */
  private static final int MOST_TRIES = 3;

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
    int runaways = Effort.share(MOST_RUNAWAYS);
    double[] lateMillis;
    Neighbours neighbours;
    try (InstancePool guests = DigestGuests.pool(false);
        WorkerPool pool = WorkerPools.over(guests).workers(2).inboxCapacity(64).build()) {
      neighbours = new Neighbours(pool, Invocation.of("sha256", "abc"));
      lateMillis = lateMillis(figures, pool, runaways);
      neighbours.stop(NEIGHBOURS_LIMIT);
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
    neighbours.put(figures);
  }

  /** Calls of others, one after the other, for as long as guests run away beside them. */
  static final class Neighbours {

    private final AtomicLong done = new AtomicLong();
    private final AtomicLong hit = new AtomicLong();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable String trouble;

    Neighbours(WorkerPool pool, Invocation call) {
      pool.invokeAll(Flux.<Invocation>generate(sink -> sink.next(call)))
          .takeUntil(reply -> stop.get())
          .doFinally(end -> ended.countDown())
          .subscribe(
              reply -> {
                done.incrementAndGet();
                if (!(reply instanceof Reply.Completed)) {
                  hit.incrementAndGet();
                }
              },
              broken -> trouble = "their stream broke down: " + broken);
    }

    void stop(Duration limit) throws InterruptedException {
      stop.set(true);
      if (!ended.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        trouble = "they did not end within " + limit.toMillis() + " ms";
      }
    }

    /** That none was hit says nothing where none was done, or not until the end. */
    void put(Figures figures) {
      figures.put("cancel.neighbours", (double) done.get());
      figures.put("cancel.neighboursHit", (double) hit.get());
      String why = trouble == null && done.get() == 0 ? "none was done" : trouble;
      if (why != null) {
        figures.doubt("cancel.neighbours: " + why);
      }
    }
  }

  /**
   * One after the other. One that is not started says nothing of how soon a guest is stopped: the
   * last one's worker had not stopped yet, and it waited for that until its deadline.
   *
   * @throws IllegalStateException when it is so with more of them than may be
   */
  static double[] lateMillis(Figures figures, WorkerPool pool, int runaways) throws Exception {
    Invocation runaway = Invocation.of("spin", "").withDeadline(DEADLINE);
    double[] lateMillis = new double[runaways];
    int started = 0;
    int tries = 0;
    for (; started < runaways && tries < MOST_TRIES * runaways; tries++) {
      Late late = late(pool, runaway);
      if (late.started) {
        lateMillis[started++] = late.millis;
      }
    }
    figures.put("cancel.notStarted", (double) (tries - started));
    if (started < runaways) {
      throw new IllegalStateException(
          "of " + tries + " runaways " + started + " were started, " + runaways + " are wanted");
    }
    return lateMillis;
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
