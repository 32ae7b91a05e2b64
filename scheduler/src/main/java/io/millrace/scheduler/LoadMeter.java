package io.millrace.scheduler;

import io.millrace.pipeline.WorkerPoolLoad;
import org.HdrHistogram.Histogram;

/** What {@link WorkerPoolLoad} tells, from what the slots count. Any thread. */
final class LoadMeter {

  private static final long WINDOW_NANOS = 10_000_000_000L;

  /** What had been counted at some moment. */
  record Counts(long nanos, long arrived, long busyNanos) {}

  private static final class Window {

    private final Counts start;
    private final Histogram service = new Histogram(RunTimes.DIGITS);
    private final Histogram sojourn = new Histogram(RunTimes.DIGITS);

    Window(Counts start) {
      this.start = start;
    }
  }

  private final Slot[] slots;
  private final int cores;
  private Window before;
  private Window now;
  private boolean begun;

  LoadMeter(Slot[] slots, int cores) {
    this.slots = slots;
    this.cores = cores;
    this.now = new Window(new Counts(0, 0, 0));
    this.before = now;
  }

  /** The pool's first worker starts: before that there was nothing to measure. */
  synchronized void begin(long nowNanos) {
    if (!begun) {
      begun = true;
      now = new Window(new Counts(nowNanos, 0, 0));
      before = now;
    }
  }

  long busyNanos() {
    long busy = 0;
    for (Slot slot : slots) {
      busy += slot.tally.busyNanos();
    }
    return busy;
  }

  /** Of late, over all workers that have run something. 0 before that. */
  long meanServiceNanos() {
    long sum = 0;
    int workers = 0;
    for (Slot slot : slots) {
      long mean = slot.tally.meanServiceNanos();
      sum += mean;
      workers += mean == 0 ? 0 : 1;
    }
    return workers == 0 ? 0 : sum / workers;
  }

  synchronized WorkerPoolLoad look(Counts counts, int waiting, int liveWorkers) {
    begin(counts.nanos);
    for (Slot slot : slots) {
      slot.times.collect(now.service, now.sojourn);
    }
    Histogram service = now.service.copy();
    Histogram sojourn = now.sojourn.copy();
    if (before != now) {
      service.add(before.service);
      sojourn.add(before.sojourn);
    }
    double nanos = Math.max(1, counts.nanos - before.start.nanos);
    double arrivals = (counts.arrived - before.start.arrived) * 1e9 / nanos;
    double busy = (counts.busyNanos - before.start.busyNanos) / nanos;
    double offered = service.getTotalCount() == 0 ? 0 : arrivals * service.getMean() / 1e9;
    long nowOpen = counts.nanos - now.start.nanos;
    if (nowOpen >= WINDOW_NANOS) {
      Window next = new Window(counts);
      before = nowOpen < 2 * WINDOW_NANOS ? now : next; // nobody looked: what was is over
      now = next;
    }
    return new WorkerPoolLoad(
        arrivals,
        Math.min(1, busy / Math.max(1, liveWorkers)),
        offered,
        waiting,
        times(service),
        times(sojourn),
        suggestion(offered, cores));
  }

  /** Square-root staffing: what is busy on average, and as much to spare as it varies. */
  static int suggestion(double offeredLoad, int cores) {
    double wanted = Math.ceil(offeredLoad + Math.sqrt(offeredLoad));
    return (int) Math.max(1, Math.min(cores, wanted));
  }

  private static WorkerPoolLoad.Times times(Histogram all) {
    return new WorkerPoolLoad.Times(
        all.getTotalCount(),
        all.getTotalCount() == 0 ? 0 : all.getMean(),
        all.getValueAtPercentile(50),
        all.getValueAtPercentile(90),
        all.getValueAtPercentile(99),
        all.getMaxValue());
  }
}
