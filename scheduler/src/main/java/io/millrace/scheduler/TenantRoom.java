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
 * <p>A tenant may have {@link #TIMES_FREE} times as much waiting as is free at that moment: one
 * that floods takes seven eighths, and of several each takes as much and the rest is free, however
 * many they are (dynamic thresholds: Choudhury and Hahne, Dynamic Queue Length Thresholds for
 * Shared-Memory Packet Switches, IEEE/ACM Transactions on Networking 6, 1998). While only one
 * tenant has ever come, all room is its own.
 */
final class TenantRoom {

  private static final int TIMES_FREE = 7;

  /** With more than this many tenants known, those with nothing under way are forgotten. */
  private static final int MOST_KNOWN = 1024;

  private static final Object NO_TENANT = new Object();

  private final Admission admission;
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
  }

  /**
   * Takes room for an invocation; answers for whom, or null where there is none for this tenant.
   */
  @Nullable Tenant tryAcquire(Invocation invocation) {
    String name = invocation.tenant();
    Tenant tenant = tenant(name == null ? NO_TENANT : name);
    if (severalCame && hasItsPart(tenant.underWay.get())) {
      return null;
    }
    if (!admission.tryAcquire()) {
      return null;
    }
    tenant.underWay.incrementAndGet();
    return tenant;
  }

  /**
   * What runs of it is under way, too, but takes no room: no more of it waits than waits at all.
   */
  private boolean hasItsPart(int underWay) {
    if (underWay == 0) {
      return false;
    }
    int waiting = admission.waiting();
    int free = admission.capacity() - waiting;
    return Math.min(underWay, waiting) >= (long) TIMES_FREE * free;
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
