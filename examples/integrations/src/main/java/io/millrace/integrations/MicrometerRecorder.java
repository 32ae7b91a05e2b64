package io.millrace.integrations;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolMetrics;
import io.millrace.pipeline.WorkerPoolRecorder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * A pool's meters in Micrometer: give it to the pool, then {@link #bind} it to it.
 *
 * <table>
 *   <caption>Meters, all with the tag {@code pool}</caption>
 *   <tr><th>name</th><th>kind</th><th>tags</th></tr>
 *   <tr><td>millrace.service</td><td>timer: the guest ran</td><td>function, outcome</td></tr>
 *   <tr><td>millrace.sojourn</td><td>timer: submission to reply</td><td>function, outcome</td></tr>
 *   <tr><td>millrace.host.calls, millrace.copied.bytes</td><td>counters</td><td></td></tr>
 *   <tr><td>millrace.events</td><td>counter</td><td>event</td></tr>
 *   <tr><td>millrace.workers, .waiting, .running</td><td>gauges</td><td></td></tr>
 *   <tr><td>millrace.rejected, .evicted, .cancelled</td><td>counters</td><td></td></tr>
 *   <tr><td>millrace.workers.abandoned, .died</td><td>counters</td><td></td></tr>
 *   <tr><td>millrace.events.dropped</td><td>counter</td><td></td></tr>
 *   <tr><td>millrace.claims.open, .quarantined</td><td>gauges: claims, bytes</td><td></td></tr>
 * </table>
 *
 * <p>Functions' names come from callers, so there is a limit of {@value #MOST_FUNCTIONS} to them;
 * further ones are timed as {@code (others)}. Outcomes are {@code completed} and the failures'
 * kinds. Costs about 200 ns for each invocation. What each tenant costs: {@link TenantMeters}.
 */
public final class MicrometerRecorder implements WorkerPoolRecorder {

  private static final int MOST_FUNCTIONS = 100;
  private static final String OTHERS = "(others)";

  private final MeterRegistry registry;
  private final Tags pool;
  private final Counter hostCalls;
  private final Counter copiedBytes;
  private final Map<String, Timers> functions = new ConcurrentHashMap<>();

  /** For the pool of that name. */
  public MicrometerRecorder(MeterRegistry registry, String poolName) {
    this.registry = registry;
    this.pool = Tags.of("pool", poolName);
    this.hostCalls = registry.counter("millrace.host.calls", pool);
    this.copiedBytes = registry.counter("millrace.copied.bytes", pool);
  }

  /** Adds the meters that ask the pool itself. */
  public void bind(WorkerPool workers) {
    gauge(workers, "millrace.workers", WorkerPoolMetrics::liveWorkers);
    gauge(workers, "millrace.waiting", WorkerPoolMetrics::waiting);
    gauge(workers, "millrace.running", WorkerPoolMetrics::running);
    counter(workers, "millrace.rejected", WorkerPoolMetrics::rejected);
    counter(workers, "millrace.evicted", WorkerPoolMetrics::evicted);
    counter(workers, "millrace.cancelled", WorkerPoolMetrics::cancelled);
    counter(workers, "millrace.workers.abandoned", WorkerPoolMetrics::abandonedWorkers);
    counter(workers, "millrace.workers.died", WorkerPoolMetrics::diedWorkers);
    counter(workers, "millrace.events.dropped", WorkerPoolMetrics::droppedEvents);
    gauge(workers, "millrace.claims.open", WorkerPoolMetrics::openClaims);
    gauge(workers, "millrace.claims.quarantined", WorkerPoolMetrics::quarantinedBytes);
  }

  private void gauge(WorkerPool workers, String name, ToDoubleFunction<WorkerPoolMetrics> value) {
    Gauge.builder(name, workers, each -> value.applyAsDouble(each.metrics()))
        .tags(pool)
        .register(registry);
  }

  private void counter(WorkerPool workers, String name, ToDoubleFunction<WorkerPoolMetrics> value) {
    FunctionCounter.builder(name, workers, each -> value.applyAsDouble(each.metrics()))
        .tags(pool)
        .register(registry);
  }

  @Override
  public void ended(Reply reply, InvocationCost cost) {
    of(reply.invocation()).record(reply);
    count(cost);
  }

  @Override
  public void stopped(Invocation invocation, long serviceNanos, InvocationCost cost) {
    count(cost);
  }

  private void count(InvocationCost cost) {
    hostCalls.increment(cost.hostCalls());
    copiedBytes.increment((double) cost.copiedBytes());
  }

  @Override
  public void failed(Reply.Failed reply) {
    of(reply.invocation()).record(reply);
  }

  @Override
  public void event(WorkerEvent event) {
    Tags tags = pool.and("event", event.getClass().getSimpleName());
    registry.counter("millrace.events", tags).increment();
  }

  private Timers of(Invocation invocation) {
    Timers known = functions.get(invocation.function());
    if (known != null) {
      return known;
    }
    String filed = functions.size() < MOST_FUNCTIONS ? invocation.function() : OTHERS;
    return functions.computeIfAbsent(filed, Timers::new);
  }

  private static String outcome(Reply reply) {
    return reply instanceof Reply.Failed failed
        ? failed.failure().getClass().getSimpleName()
        : "completed";
  }

  /** The timers of one function, by outcome. */
  private final class Timers {

    private record Pair(Timer service, Timer sojourn) {}

    private final Tags function;
    private final Map<String, Pair> byOutcome = new ConcurrentHashMap<>();

    Timers(String function) {
      this.function = pool.and("function", function);
    }

    void record(Reply reply) {
      Pair timers = byOutcome.computeIfAbsent(outcome(reply), this::newPair);
      timers.service().record(reply.serviceNanos(), TimeUnit.NANOSECONDS);
      timers.sojourn().record(reply.sojournNanos(), TimeUnit.NANOSECONDS);
    }

    private Pair newPair(String outcome) {
      Tags tags = function.and("outcome", outcome);
      return new Pair(
          registry.timer("millrace.service", tags), registry.timer("millrace.sojourn", tags));
    }
  }
}
