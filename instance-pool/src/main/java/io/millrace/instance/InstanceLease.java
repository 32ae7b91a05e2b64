package io.millrace.instance;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestListener;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One worker's instance: kept from one invocation to the next, reset or replaced as the pool's
 * policies want it. One thread.
 */
final class InstanceLease implements GuestLease {

  private static final String NOT_RESET = "it could not be reset";

  private final InstancePool pool;
  private final ResetPolicy policy;
  private final GuestListener listener;
  private final Guest oneInvocation = new OneInvocation();
  private @Nullable GuestInstance instance;
  private @Nullable String lastTenant;
  private boolean closed;

  InstanceLease(InstancePool pool, ResetPolicy policy, GuestListener listener) {
    this.pool = pool;
    this.policy = policy;
    this.listener = listener;
  }

  @Override
  public Guest guest(@Nullable String tenant) {
    if (closed) {
      throw new IllegalStateException("the lease was closed: take a new one");
    }
    pool.admit(tenant);
    GuestInstance present = instance;
    if (present != null && pool.isSuperseded(present)) {
      present = pool.moved(present);
      instance = present;
    }
    String unfit = present == null ? null : reasonAgainst(present, tenant);
    if (present != null && unfit != null) {
      retire(present, unfit);
      present = null;
    }
    if (present == null) {
      present = pool.obtain(tenant);
      instance = present;
    }
    lastTenant = tenant;
    return leavesNothing() ? oneInvocation : present;
  }

  /** Why the instance cannot serve the next invocation; null if it can, after a reset maybe. */
  private @Nullable String reasonAgainst(GuestInstance present, @Nullable String tenant) {
    if (!present.usable()) {
      return present.whySpoiled();
    }
    String due = pool.reasonToRetire(present);
    if (due != null || leavesNothing() || policy == ResetPolicy.KEEP_STATE) {
      return due;
    }
    if (Objects.equals(tenant, lastTenant)) {
      return null;
    }
    if (!policy.resets()) {
      return "another tenant gets a fresh one";
    }
    return pool.reset(present) ? null : NOT_RESET;
  }

  private void retire(GuestInstance present, String reason) {
    instance = null;
    pool.retire(present);
    listener.retired(reason);
  }

  /** The instance between two invocations, if there is one. */
  @Nullable GuestInstance held() {
    return instance;
  }

  private boolean leavesNothing() {
    return policy == ResetPolicy.AFTER_EACH_INVOCATION
        || policy == ResetPolicy.FRESH_PER_INVOCATION;
  }

  /** The instance for one invocation only. */
  private final class OneInvocation implements Guest {

    private InvocationCost cost = InvocationCost.UNKNOWN;

    @Override
    public Object call(Invocation invocation) {
      GuestInstance present = Objects.requireNonNull(instance, "guest(..) comes first");
      Object reply;
      try {
        reply = present.call(invocation);
      } catch (WorkerException.InstanceBusy refused) {
        throw refused; // whoever runs in there has the instance, and leaves it clean
      } catch (RuntimeException | Error failed) {
        cost = present.cost();
        leaveNothing(present);
        throw failed;
      }
      cost = present.cost();
      leaveNothing(present);
      return reply;
    }

    @Override
    public InvocationCost cost() {
      return cost;
    }
  }

  private void leaveNothing(GuestInstance present) {
    if (policy == ResetPolicy.FRESH_PER_INVOCATION) {
      retire(present, "each invocation gets a fresh one");
    } else if (present.usable() && !pool.reset(present)) {
      retire(present, NOT_RESET);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    GuestInstance last = instance;
    instance = null;
    if (last != null) {
      pool.giveBack(last, lastTenant);
    }
  }
}
