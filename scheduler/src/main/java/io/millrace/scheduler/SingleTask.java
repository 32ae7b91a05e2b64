package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/** An invocation that comes by itself, submitted at its subscriber's first request. */
abstract class SingleTask extends Task implements Subscription {

  private static final VarHandle ROOM;

  static {
    try {
      ROOM =
          MethodHandles.lookup().findVarHandle(SingleTask.class, "room", TenantRoom.Tenant.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  final ScheduledWorkerPool pool;
  private final CoreSubscriber<?> subscriber;
  private final FirstRequest requested = new FirstRequest();

  /** Whose room it takes. Plain before it is admitted; then got and set, so that it leaves once. */
  @SuppressWarnings("unused") // through ROOM
  private TenantRoom.@Nullable Tenant room;

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
    } else if (!tryTakeRoom(pool)) {
      pool.dispatcher().squeezeIn(this);
    } else if (pool.tryAdmit(this, false)) {
      admitted();
    } else {
      leaveRoom();
    }
  }

  @Override
  final boolean tryTakeRoom(ScheduledWorkerPool pool) {
    TenantRoom.Tenant taken = pool.tenantRoom().tryAcquire(invocation);
    ROOM.set(this, taken);
    return taken != null; // not what is read again: whoever cancels takes it away
  }

  @Override
  final void leaveRoom() {
    if (ROOM.getOpaque(this) instanceof TenantRoom.Tenant
        && ROOM.getAndSet(this, null) instanceof TenantRoom.Tenant tenant) {
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
