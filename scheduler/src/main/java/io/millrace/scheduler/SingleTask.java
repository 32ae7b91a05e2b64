package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/** An invocation that comes by itself, submitted at its subscriber's first request. */
abstract class SingleTask extends Task implements Subscription {

  final ScheduledWorkerPool pool;
  private final CoreSubscriber<?> subscriber;
  private final FirstRequest requested = new FirstRequest();

  /** Whose room it has taken, until it ends. */
  private final AtomicReference<TenantRoom.@Nullable Tenant> room = new AtomicReference<>();

  SingleTask(ScheduledWorkerPool pool, Invocation invocation, CoreSubscriber<?> subscriber) {
    super(invocation);
    this.pool = pool;
    this.subscriber = subscriber;
  }

  /** It has room, and was taken in: goes on from here. The submitter, or the signaller. */
  abstract void admitted();

  @Override
  public final void request(long n) {
    if (!Operators.validate(n) || !requested.tryTell()) {
      return;
    }
    pool.signaller().relieve();
    pool.announcer().submitted(invocation, subscriber);
    submitted(pool.platform().nanoTime());
    if (!requested.told()) {
      pool.outcomes().cancel(this);
    } else if (!tryAcquireRoom()) {
      pool.dispatcher().squeezeIn(this);
    } else if (pool.tryAdmit(this, false)) {
      admitted();
    } else {
      leaveRoom();
    }
  }

  private boolean tryAcquireRoom() {
    TenantRoom.Tenant tenant = pool.tenantRoom().tryAcquire(invocation);
    room.setPlain(tenant);
    return tenant != null;
  }

  private void leaveRoom() {
    TenantRoom.Tenant tenant = room.getAndSet(null);
    if (tenant != null) {
      tenant.left();
    }
  }

  /** However it ends, this comes. */
  @Override
  void dropPayload() {
    leaveRoom();
    super.dropPayload();
  }

  @Override
  public void cancel() {
    if (requested.tryCancel()) {
      pool.outcomes().cancel(this);
    } // else never submitted, or its submitter does
  }
}
