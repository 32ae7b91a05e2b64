package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets one thread at a time do what a stream has to do. The others leave their wish in {@code wip}
 * and go on; whoever is inside goes on until there is none. A worker that has been inside for long
 * leaves, with {@code wip} as it is: so nobody enters but who comes for it, as {@link
 * Streams#drainLater} sees to.
 *
 * <p>A stream begins as one that somebody is inside: what is wished for while the downstream is
 * given its subscription is done behind that, by {@link #begin}.
 */
final class Drain {

  private final ScheduledWorkerPool pool;
  private final InvokeAllSubscription stream;
  private final DrainState state;
  private final DrainTurn turn;
  private final AtomicInteger wip = new AtomicInteger(1);

  Drain(ScheduledWorkerPool pool, InvokeAllSubscription stream, DrainState state, DrainTurn turn) {
    this.pool = pool;
    this.stream = stream;
    this.state = state;
    this.turn = turn;
  }

  /** Once: the downstream has its subscription. */
  void begin() {
    drain(1, false);
  }

  /** Any thread. */
  void run() {
    if (wip.getAndIncrement() == 0) {
      drain(1, false);
    }
  }

  /** Who came for it. */
  void goOn() {
    drain(wip.get(), true);
  }

  private void drain(int wishes, boolean wasLeft) {
    Thread self = Thread.currentThread();
    int missed = wishes;
    turn.begin();
    while (missed != 0) {
      state.drainer = self;
      try {
        do {
          state.again = false;
          stream.step();
        } while (state.again && !turn.isOver());
      } catch (Throwable thrown) {
        // By the downstream. Reactive Streams 2.13: taken as a cancellation. The thread, which may
        // be a worker's, goes on.
        stream.tryBreakOff(thrown);
        stream.dropAll();
      }
      state.drainer = null;
      pool.platform().interleave();
      if (!turn.isOver()) {
        missed = wip.addAndGet(-missed);
      } else if (tryLeave(self, wasLeft)) {
        return;
      } else {
        turn.begin(); // what is left over has to be done, wish or not
      }
    }
    if (wasLeft) {
      pool.streams().countLeft(-1);
    }
  }

  /** Threads of the pool's have something else to do; others are the stream's own, and stay. */
  private boolean tryLeave(Thread self, boolean wasLeft) {
    boolean delivers = pool.signaller().isDelivering(self);
    if (!delivers && !pool.crew().isOwnThread(self)) {
      return false;
    }
    if (!wasLeft) {
      pool.streams().countLeft(1); // who closes the pool waits for its end
    }
    if (delivers) {
      pool.signaller().add(this::goOn);
    } else {
      pool.streams().drainLater(stream);
    }
    return true;
  }
}
