package io.millrace.pipeline;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Sums up what each tenant has cost. Give one to a pool, or to several. Safe for use by several
 * threads.
 *
 * <p>Costs two lookups and six additions for each invocation, and some 500 bytes for each tenant.
 * Names come from outside, so there is a limit to them: the tenants beyond it are summed up as
 * {@link #others}.
 *
 * <pre>{@code
 * TenantCosts costs = new TenantCosts();
 * try (WorkerPool measured = WorkerPools.over(guests).recorder(costs).build()) {
 *   measured.invoke(Invocation.of("sha256", "abc").withTenant("acme")).block();
 *   long nanos = costs.costs().get("acme").guestNanos();
 * }
 * }</pre>
 */
public final class TenantCosts implements WorkerPoolRecorder {

  /** The default of {@link #TenantCosts(int)}. */
  public static final int DEFAULT_TENANTS = 1_000;

  /**
   * What one tenant has cost.
   *
   * @param completed invocations that were answered
   * @param failed invocations that were not, whatever the reason; but not what was cancelled
   * @param guestNanos time that guests ran for it, up to the return of those that were stopped
   * @param copiedBytes of payloads and replies, between heap and guests' memory
   * @param hostCalls calls of the host by its guests
   * @param mostPages pages of 64 KiB of the largest memory that it has used
   */
  public record Cost(
      long completed,
      long failed,
      long guestNanos,
      long copiedBytes,
      long hostCalls,
      long mostPages) {}

  private final int limit;
  private final Map<String, Sums> tenants = new ConcurrentHashMap<>();
  private final Sums anonymous = new Sums();
  private final Sums others = new Sums();

  /** For up to {@link #DEFAULT_TENANTS} tenants. */
  public TenantCosts() {
    this(DEFAULT_TENANTS);
  }

  /**
   * For up to {@code limit} tenants by name.
   *
   * @throws IllegalArgumentException when the limit is below 1
   */
  public TenantCosts(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit is " + limit + ": it must be 1 or more");
    }
    this.limit = limit;
  }

  /** The costs so far, by the tenants' names. */
  public Map<String, Cost> costs() {
    Map<String, Cost> costs = new TreeMap<>();
    tenants.forEach((tenant, sums) -> costs.put(tenant, sums.cost()));
    return costs;
  }

  /** What invocations without a tenant have cost so far. */
  public Cost anonymous() {
    return anonymous.cost();
  }

  /** What the tenants beyond the limit have cost so far, together. */
  public Cost others() {
    return others.cost();
  }

  @Override
  public void ended(Reply reply, InvocationCost cost) {
    Sums sums = of(reply.invocation().tenant());
    (reply instanceof Reply.Failed ? sums.failed : sums.completed).increment();
    sums.ran(reply.serviceNanos(), cost);
  }

  /** What it has cost, {@link #stopped} tells. */
  @Override
  public void failed(Reply.Failed reply) {
    of(reply.invocation().tenant()).failed.increment();
  }

  @Override
  public void stopped(Invocation invocation, long serviceNanos, InvocationCost cost) {
    of(invocation.tenant()).ran(serviceNanos, cost);
  }

  private Sums of(@Nullable String tenant) {
    if (tenant == null) {
      return anonymous;
    }
    Sums known = tenants.get(tenant);
    if (known != null) {
      return known;
    }
    // Two threads at a time may go one over the limit each: it is there to bound the heap.
    return tenants.size() < limit ? tenants.computeIfAbsent(tenant, first -> new Sums()) : others;
  }

  private static final class Sums {

    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder guestNanos = new LongAdder();
    private final LongAdder copiedBytes = new LongAdder();
    private final LongAdder hostCalls = new LongAdder();
    private final LongAccumulator mostPages = new LongAccumulator(Math::max, 0);

    void ran(long nanos, InvocationCost cost) {
      guestNanos.add(nanos);
      copiedBytes.add(cost.copiedBytes());
      hostCalls.add(cost.hostCalls());
      mostPages.accumulate(cost.pages());
    }

    Cost cost() {
      return new Cost(
          completed.sum(),
          failed.sum(),
          guestNanos.sum(),
          copiedBytes.sum(),
          hostCalls.sum(),
          mostPages.get());
    }
  }
}
