package io.millrace.instance;

import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One worker's instance: kept from one invocation to the next, replaced when it failed or when
 * another tenant comes. One thread.
 */
final class InstanceLease implements GuestLease {

  private final InstancePool pool;
  private @Nullable GuestInstance instance;
  private @Nullable String lastTenant;
  private boolean closed;

  InstanceLease(InstancePool pool) {
    this.pool = pool;
  }

  @Override
  public Guest guest(@Nullable String tenant) {
    if (closed) {
      throw new IllegalStateException("the lease was closed: take a new one");
    }
    GuestInstance present = instance;
    if (present != null && present.usable() && Objects.equals(tenant, lastTenant)) {
      return present;
    }
    if (present != null) {
      instance = null;
      pool.retire();
    }
    GuestInstance built = pool.obtain(tenant);
    instance = built;
    lastTenant = tenant;
    return built;
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
