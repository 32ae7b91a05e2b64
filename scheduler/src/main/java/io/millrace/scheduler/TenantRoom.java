package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Parts of the pool's room. Without them, who sends more than is done takes each place as it comes
 * free, and the others get none. Any thread.
 *
 * <p>Among invocations that come by themselves, a tenant may have {@link #TIMES_FREE} times as much
 * waiting as is free at that moment: so n that flood leave one place of 7n + 1, however many they
 * are (dynamic thresholds: Choudhury and Hahne, Dynamic Queue Length Thresholds for Shared-Memory
 * Packet Switches, IEEE/ACM Transactions on Networking 6, 1998). Besides, the last eighth is for
 * tenants that have less than an eighth waiting, which up to seven floods leave. While only one
 * tenant has ever come, and no stream beside it, all room is its own.
 *
 * <p>Once anything has come by itself, streams together leave an eighth to that, however many are
 * open; and beside a flood, at least one place and an eighth of this eighth. There the very last
 * place is for a tenant that has nothing waiting. Where nothing of any stream waits, one may. As
 * each run that begins gives its place to a stream that waits, a flood beside streams that always
 * have more has, in the end, what those leave. With fewer than 8 places there are no eighths.
 *
 * <p>Counts err on the side of too little waiting in streams: one that comes by itself is counted
 * before it takes room, and until after it has left it. So a stream is told of room rather too
 * early than not at all.
 */
final class TenantRoom {

  private static final int TIMES_FREE = 7;

  private static final int PARTS = 8;

  /** With more than this many tenants known, those with nothing waiting are forgotten. */
  static final int MOST_KNOWN = 1024;

  private static final Object NO_TENANT = new Object();

  private final Admission admission;
  private final int capacity;
  private final boolean hasParts;
  private final int kept;
  private final Map<Object, Tenant> tenants = new ConcurrentHashMap<>();
  private final LongAdder singles = new LongAdder();
  private volatile boolean severalCame;
  private volatile int nextForget = MOST_KNOWN;

  /**
   * What one tenant has waiting. An estimate: a count that is forgotten just when it is used again
   * misses that one.
   */
  final class Tenant {

    private final AtomicInteger waiting = new AtomicInteger();

    private boolean tryAcquire() {
      waiting.incrementAndGet();
      singles.increment();
      if (admission.tryAcquire()) {
        return true;
      }
      left();
      return false;
    }

    void left() {
      waiting.decrementAndGet();
      singles.decrement();
    }
  }

  /**
   * @param overflow with {@link Overflow#DROP_OLDEST} there are no parts: who has most pays for
   *     whoever comes
   */
  TenantRoom(Admission admission, Overflow overflow) {
    this.admission = admission;
    this.capacity = admission.capacity();
    this.hasParts = overflow != Overflow.DROP_OLDEST;
    this.kept = hasParts ? capacity / PARTS : 0;
  }

  // ---- what comes by itself

  /**
   * Takes room for an invocation; answers for whom, or null where there is none for this tenant.
   */
  @Nullable Tenant tryAcquire(Invocation invocation) {
    String name = invocation.tenant();
    Tenant tenant = tenant(name == null ? NO_TENANT : name);
    if (hasParts && severalCame && hasItsPart(tenant.waiting.get())) {
      return null;
    }
    return tenant.tryAcquire() ? tenant : null;
  }

  private boolean hasItsPart(int own) {
    // The second look counts exactly, and reads what each worker writes with each run.
    return own > 0
        && hasItsPart(own, capacity - admission.waitingAtMost())
        && hasItsPart(own, capacity - admission.waiting());
  }

  private boolean hasItsPart(int own, int free) {
    return own >= (long) TIMES_FREE * free
        || (kept > 0 && free <= kept && own >= (isLastBesideStreams(free) ? 1 : kept));
  }

  private boolean isLastBesideStreams(int free) {
    return free <= 1 && admission.waiting() > singles.sum();
  }

  private Tenant tenant(Object name) {
    Tenant known = tenants.get(name);
    if (known != null) {
      return known;
    }
    if (tenants.size() >= nextForget) {
      tenants.values().removeIf(each -> each.waiting.get() == 0);
      nextForget = tenants.size() + MOST_KNOWN; // or each new one would look through all
    }
    Tenant tenant = tenants.computeIfAbsent(name, none -> new Tenant());
    if (tenants.size() > 1) {
      severalCame = true;
    }
    return tenant;
  }

  /** How many of all tenants wait, of those that came by themselves. */
  long singles() {
    return singles.sum();
  }

  /** How many tenants are known. */
  int known() {
    return tenants.size();
  }

  // ---- streams

  /** Takes room for up to {@code most} invocations of a stream; answers for how many. */
  int tryAcquireInStream(int most) {
    if (admission.waitingAtMost() + most <= capacity - kept) {
      return admission.tryAcquire(most);
    }
    if (!severalCame && !tenants.isEmpty()) {
      severalCame = true; // whoever it is that comes by itself, it is not alone
    }
    return admission.tryAcquire(most, streamsLimit(admission.waiting()));
  }

  /** Whether a stream that waits for room would get some. */
  boolean hasRoomForStreams() {
    int waiting = admission.waiting();
    return waiting < streamsLimit(waiting);
  }

  /** As long as no more wait than this, a stream may have another place. */
  private int streamsLimit(int waiting) {
    if (kept == 0 || tenants.isEmpty()) {
      return capacity;
    }
    int single = (int) singles.sum();
    int limit = Math.min(capacity - kept + single, capacity - Math.max(1, kept / PARTS));
    return waiting <= single ? Math.min(capacity, Math.max(limit, waiting + 1)) : limit;
  }
}
