package io.millrace.benchmarks;

import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;

/** Borrows a guest of commons-pool2 for each call. */
final class CommonsPoolCaller implements Caller {

  private final GenericObjectPool<GuestLease> pool;

  private CommonsPoolCaller(GenericObjectPool<GuestLease> pool) {
    this.pool = pool;
  }

  /** Callers of one pool. */
  static Factory over(GuestSource guests, int instances) {
    BasePooledObjectFactory<GuestLease> leases =
        new BasePooledObjectFactory<>() {
          @Override
          public GuestLease create() {
            return guests.lease();
          }

          @Override
          public PooledObject<GuestLease> wrap(GuestLease lease) {
            return new DefaultPooledObject<>(lease);
          }

          @Override
          public void destroyObject(PooledObject<GuestLease> lease) {
            lease.getObject().close();
          }
        };
    GenericObjectPool<GuestLease> pool = new GenericObjectPool<>(leases);
    pool.setMaxTotal(instances);
    pool.setMaxIdle(instances);
    return () -> new CommonsPoolCaller(pool);
  }

  @Override
  public byte[] call(PeerCall call) throws Exception {
    GuestLease lease = pool.borrowObject();
    try {
      return lease.guest(null).invoke(call.invocation());
    } finally {
      pool.returnObject(lease);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
