package io.millrace.instance;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One worker's instance: kept from one invocation to the next, reset or replaced as the pool's
 * policies want it. One thread.
 */
final class InstanceLease implements GuestLease {

  private final InstancePool pool;
  private final ResetPolicy policy;
  private final Guest oneInvocation = this::invokeOnce;
  private @Nullable GuestInstance instance;
  private @Nullable String lastTenant;
  private boolean closed;

  InstanceLease(InstancePool pool, ResetPolicy policy) {
    this.pool = pool;
    this.policy = policy;
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
    if (present != null && !isReadyFor(present, tenant)) {
      instance = null;
      pool.retire(present);
      present = null;
    }
    if (present == null) {
      present = pool.obtain(tenant);
      instance = present;
    }
    lastTenant = tenant;
    return leavesNothing() ? oneInvocation : present;
  }

  private boolean isReadyFor(GuestInstance present, @Nullable String tenant) {
    if (!present.usable() || pool.isDue(present)) {
      return false;
    }
    if (leavesNothing() || policy == ResetPolicy.KEEP_STATE) {
      return true;
    }
    return Objects.equals(tenant, lastTenant) || (policy.resets() && pool.reset(present));
  }

  /** The instance between two invocations, if there is one. */
  @Nullable GuestInstance held() {
    return instance;
  }

  private boolean leavesNothing() {
    return policy == ResetPolicy.AFTER_EACH_INVOCATION
        || policy == ResetPolicy.FRESH_PER_INVOCATION;
  }

  private byte[] invokeOnce(Invocation invocation) {
    GuestInstance present = Objects.requireNonNull(instance, "guest(..) comes first");
    byte[] reply;
    try {
      reply = present.invoke(invocation);
    } catch (WorkerException.InstanceBusy refused) {
      throw refused; // whoever runs in there has the instance, and leaves it clean
    } catch (RuntimeException | Error failed) {
      leaveNothing(present);
      throw failed;
    }
    leaveNothing(present);
    return reply;
  }

  private void leaveNothing(GuestInstance present) {
    if (policy == ResetPolicy.FRESH_PER_INVOCATION || (present.usable() && !pool.reset(present))) {
      instance = null;
      pool.retire(present);
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
