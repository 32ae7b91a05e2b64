package io.millrace.integrations;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPoolRecorder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * What each tenant costs a pool, as meters of Micrometer. Beside a {@link MicrometerRecorder}: give
 * the pool {@code recorder.and(tenantMeters)}.
 *
 * <table>
 *   <caption>Meters, all with the tags {@code pool} and {@code tenant}</caption>
 *   <tr><th>name</th><th>kind</th></tr>
 *   <tr><td>millrace.tenant.guest</td><td>timer: guests ran, those that were stopped included</td></tr>
 *   <tr><td>millrace.tenant.copied.bytes</td><td>counter</td></tr>
 *   <tr><td>millrace.tenant.host.calls</td><td>counter</td></tr>
 *   <tr><td>millrace.tenant.pages</td><td>gauge: the largest memory that it has used</td></tr>
 * </table>
 *
 * <p>Tenants' names come from callers, so there is a limit to them; further ones are counted
 * together as {@code (others)}, and invocations without a tenant as {@code (none)}.
 */
public final class TenantMeters implements WorkerPoolRecorder {

  /** The default of {@link #TenantMeters(MeterRegistry, String, int)}. */
  public static final int DEFAULT_TENANTS = 100;

  private static final String NONE = "(none)";
  private static final String OTHERS = "(others)";

  private final MeterRegistry registry;
  private final Tags pool;
  private final int limit;
  private final Map<String, Meters> tenants = new ConcurrentHashMap<>();
  private final Meters anonymous;

  /** For the pool of that name, and up to {@link #DEFAULT_TENANTS} tenants. */
  public TenantMeters(MeterRegistry registry, String poolName) {
    this(registry, poolName, DEFAULT_TENANTS);
  }

  /**
   * For the pool of that name, and up to {@code limit} tenants by name.
   *
   * @throws IllegalArgumentException when the limit is below 1
   */
  public TenantMeters(MeterRegistry registry, String poolName, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit is " + limit + ": it must be 1 or more");
    }
    this.registry = registry;
    this.pool = Tags.of("pool", poolName);
    this.limit = limit;
    this.anonymous = new Meters(NONE);
  }

  @Override
  public void ended(Reply reply, InvocationCost cost) {
    of(reply.invocation().tenant()).ran(reply.serviceNanos(), cost);
  }

  @Override
  public void stopped(Invocation invocation, long serviceNanos, InvocationCost cost) {
    of(invocation.tenant()).ran(serviceNanos, cost);
  }

  private Meters of(@Nullable String tenant) {
    if (tenant == null) {
      return anonymous;
    }
    Meters known = tenants.get(tenant);
    if (known != null) {
      return known;
    }
    // Two threads at a time may go one over the limit each: it is there to bound the registry.
    return tenants.computeIfAbsent(tenants.size() < limit ? tenant : OTHERS, Meters::new);
  }

  private final class Meters {

    private final Timer guest;
    private final Counter copiedBytes;
    private final Counter hostCalls;
    private final LongAccumulator mostPages = new LongAccumulator(Math::max, 0);

    Meters(String tenant) {
      Tags tags = pool.and("tenant", tenant);
      guest = registry.timer("millrace.tenant.guest", tags);
      copiedBytes = registry.counter("millrace.tenant.copied.bytes", tags);
      hostCalls = registry.counter("millrace.tenant.host.calls", tags);
      Gauge.builder("millrace.tenant.pages", mostPages, LongAccumulator::get)
          .tags(tags)
          .register(registry);
    }

    void ran(long nanos, InvocationCost cost) {
      guest.record(nanos, TimeUnit.NANOSECONDS);
      copiedBytes.increment((double) cost.copiedBytes());
      hostCalls.increment(cost.hostCalls());
      mostPages.accumulate(cost.pages());
    }
  }
}
