package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.GuestSource;
import io.millrace.scheduler.Overflow;
import io.millrace.scheduler.WorkerPools;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * Ten times as much as the workers can do, with each overflow policy: whether all that was sent is
 * answered, whether no more waits than may, whether the heap stays flat. And what a tenant that
 * sends little has to wait beside one that floods. The guest sleeps for a millisecond.
 */
final class OverloadProfile implements Profile {

  private static final int WORKERS = 2;
  private static final int CAPACITY = 256;
  private static final int SERVICE_MILLIS = 1;
  private static final int TIMES = 10;

  /** What is sent in a millisecond: so many times what the workers do. */
  static final int PER_MILLI = TIMES * WORKERS / SERVICE_MILLIS;

  private static final int FLOOD_MILLIS = 2_000;
  private static final Duration DEADLINE = Duration.ofMillis(150);

  @Override
  public String name() {
    return "overload";
  }

  @Override
  public String description() {
    return "ten times the capacity, each overflow policy; a quiet tenant beside one that floods";
  }

  @Override
  public int quickSeconds() {
    return 12;
  }

  @Override
  public void run(Figures figures) throws Exception {
    long unanswered = 0;
    long overBound = 0;
    for (Overflow policy : Overflow.values()) {
      Flood flood = new Flood(policy);
      flood.run();
      String prefix = "overload." + policy.name().toLowerCase(Locale.ROOT) + ".";
      figures.put(prefix + "sent", (double) flood.sent.get());
      figures.put(prefix + "completed", (double) flood.completed);
      figures.put(prefix + "rejectedCalls", (double) flood.rejected.get());
      figures.put(prefix + "rejectedShare", (double) flood.rejected.get() / flood.sent.get());
      figures.put(prefix + "expired", (double) flood.expired.get());
      figures.put(prefix + "failed", (double) flood.failed.get());
      if (flood.failed.get() > 0) {
        figures.doubt(prefix + "failed: " + flood.failed.get() + " calls failed, none may");
      }
      figures.put(prefix + "heapGrowthMiB", flood.heapGrowthMiB);
      unanswered += flood.sent.get() - flood.answered.get();
      overBound += flood.overBound;
    }
    figures.put("overload.unanswered", (double) unanswered);
    figures.put("overload.overBound", (double) overBound);
    QuietTenant.measure(figures);
  }

  static WorkerPool pool(Overflow policy) {
    return pool(FakeGuests.sleeping(SERVICE_MILLIS), policy);
  }

  static WorkerPool pool(GuestSource guests, Overflow policy) {
    return WorkerPools.over(guests)
        .workers(WORKERS)
        .inboxCapacity(CAPACITY)
        .overflow(policy)
        .build();
  }

  /** One policy's flood. */
  static final class Flood {

    private final Overflow policy;
    final AtomicLong sent = new AtomicLong();
    final AtomicLong answered = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();
    private final AtomicLong expired = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    private long completed;
    private long overBound;
    private double heapGrowthMiB;

    Flood(Overflow policy) {
      this.policy = policy;
    }

    void run() {
      Invocation invocation = Invocation.of("sleep", "");
      Invocation each =
          policy == Overflow.SHED_LATE ? invocation.withDeadline(DEADLINE) : invocation;
      try (WorkerPool pool = pool(policy)) {
        send(pool, each, Effort.share(FLOOD_MILLIS) / 4); // what is made once is not growth
        long before = usedBytes();
        send(pool, each, Effort.share(FLOOD_MILLIS));
        heapGrowthMiB = (usedBytes() - before) / (1024.0 * 1024);
        completed = pool.metrics().completed();
      }
    }

    /** A fixed rate, whatever comes back; where the pool asks, as much as it asks for. */
    void send(WorkerPool pool, Invocation invocation, long millis) {
      Disposable stream = null;
      if (policy == Overflow.WAIT) {
        Flux<Invocation> endless =
            Flux.generate(
                sink -> {
                  sent.incrementAndGet();
                  sink.next(invocation);
                });
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        stream =
            pool.invokeAll(endless.takeWhile(any -> isBefore(end, sent)))
                .subscribe(this::answered, broken -> failed.incrementAndGet());
      }
      for (long milli = 0; milli < millis; milli++) {
        for (int i = 0; i < PER_MILLI && stream == null; i++) {
          sent.incrementAndGet();
          pool.invoke(invocation).subscribe(this::answered, this::answeredOtherwise);
        }
        overBound += pool.metrics().waiting() > CAPACITY ? 1 : 0;
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
      awaitAnswers();
    }

    /** In a stream a failure is a reply, too. */
    private void answered(Reply reply) {
      if (reply instanceof Reply.Failed how) {
        answeredOtherwise(how.failure());
      } else {
        answered.incrementAndGet();
      }
    }

    /** That there was no room is an answer, too, and not the same as a call that fails. */
    private void answeredOtherwise(Throwable failure) {
      if (LoadHarness.isRejection(failure)) {
        rejected.incrementAndGet();
      } else {
        boolean late = failure instanceof WorkerException.DeadlineExceeded;
        (late ? expired : failed).incrementAndGet();
      }
      answered.incrementAndGet();
    }

    /** Also takes back what the stream's end left unsent. */
    private static boolean isBefore(long end, AtomicLong sent) {
      if (System.nanoTime() < end) {
        return true;
      }
      sent.decrementAndGet();
      return false;
    }

    private void awaitAnswers() {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      while (answered.get() < sent.get() && System.nanoTime() < end) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }

    private static long usedBytes() {
      System.gc();
      return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
  }
}
