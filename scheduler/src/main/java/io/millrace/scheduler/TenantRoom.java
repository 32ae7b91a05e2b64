package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a part of the room for tenants that have little under way, among invocations that come by
 * themselves; streams have windows, which leave room for others. Without it, who sends more than is
 * done takes each place as it comes free, and the others get none. Any thread.
 *
 * <p>While only one tenant has ever come, all room is its own.
 */
final class TenantRoom {

  /** So many parts has the room, and one of them is kept. */
  private static final int PARTS = 8;

  /** With more than this many tenants known, those with nothing under way are forgotten. */
  private static final int MOST_KNOWN = 1024;

  private static final Object NO_TENANT = new Object();

  private final Admission admission;
  private final int kept;
  private final Map<Object, Tenant> tenants = new ConcurrentHashMap<>();
  private volatile boolean severalCame;

  /**
   * What one tenant has under way. An estimate: a count that is forgotten just when it is used
   * again misses that one.
   */
  static final class Tenant {

    private final AtomicInteger underWay = new AtomicInteger();

    void left() {
      underWay.decrementAndGet();
    }
  }

  TenantRoom(Admission admission) {
    this.admission = admission;
    this.kept = admission.capacity() / PARTS;
  }

  /**
   * Takes room for an invocation; answers for whom, or null where there is none for this tenant.
   */
  @Nullable Tenant tryAcquire(Invocation invocation) {
    String name = invocation.tenant();
    Tenant tenant = tenant(name == null ? NO_TENANT : name);
    if (severalCame && tenant.underWay.get() >= kept && isNearlyFull()) {
      return null;
    }
    if (!admission.tryAcquire()) {
      return null;
    }
    tenant.underWay.incrementAndGet();
    return tenant;
  }

  /** Not for pools that are so small that nothing is kept. */
  private boolean isNearlyFull() {
    return kept > 0 && admission.capacity() - admission.waiting() <= kept;
  }

  private Tenant tenant(Object name) {
    Tenant known = tenants.get(name);
    if (known != null) {
      return known;
    }
    if (tenants.size() >= MOST_KNOWN) {
      tenants.values().removeIf(each -> each.underWay.get() == 0);
    }
    Tenant tenant = tenants.computeIfAbsent(name, none -> new Tenant());
    if (tenants.size() > 1) {
      severalCame = true;
    }
    return tenant;
  }
}
