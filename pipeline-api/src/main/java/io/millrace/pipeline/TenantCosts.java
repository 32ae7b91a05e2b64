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
 * Names come from outside, so there is a limit to them: the tenants beyond it are summed up under
 * {@link #OTHERS}.
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

  /** The tenants beyond the limit. */
  public static final String OTHERS = "(others)";

  /** Invocations without a tenant. */
  public static final String ANONYMOUS = "(none)";

  /** The default of {@link #TenantCosts(int)}. */
  public static final int DEFAULT_TENANTS = 1_000;

  /**
   * What one tenant has cost.
   *
   * @param completed invocations that were answered
   * @param failed invocations that were not, whatever the reason
   * @param guestNanos time that guests ran for it
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

  /** The costs so far, by tenant. */
  public Map<String, Cost> costs() {
    Map<String, Cost> costs = new TreeMap<>();
    tenants.forEach((tenant, sums) -> costs.put(tenant, sums.cost()));
    return costs;
  }

  @Override
  public void ended(Reply reply, InvocationCost cost) {
    Sums sums = of(reply.invocation().tenant());
    (reply instanceof Reply.Failed ? sums.failed : sums.completed).increment();
    sums.guestNanos.add(reply.serviceNanos());
    sums.copiedBytes.add(cost.copiedBytes());
    sums.hostCalls.add(cost.hostCalls());
    sums.mostPages.accumulate(cost.pages());
  }

  @Override
  public void failed(Reply.Failed reply) {
    Sums sums = of(reply.invocation().tenant());
    sums.failed.increment();
    sums.guestNanos.add(reply.serviceNanos());
  }

  private Sums of(@Nullable String tenant) {
    String name = tenant == null ? ANONYMOUS : tenant;
    Sums known = tenants.get(name);
    if (known != null) {
      return known;
    }
    // Two threads at a time may go one over the limit each: it is there to bound the heap.
    String filed = tenants.size() < limit ? name : OTHERS;
    return tenants.computeIfAbsent(filed, first -> new Sums());
  }

  private static final class Sums {

    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder guestNanos = new LongAdder();
    private final LongAdder copiedBytes = new LongAdder();
    private final LongAdder hostCalls = new LongAdder();
    private final LongAccumulator mostPages = new LongAccumulator(Math::max, 0);

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
