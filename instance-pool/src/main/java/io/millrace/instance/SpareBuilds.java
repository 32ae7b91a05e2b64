package io.millrace.instance;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many instances are being built ahead. A spare takes one of the pool's places while it is
 * built: who finds the pool full waits for it here, and then gets it. Any thread.
 *
 * <p>All fields are guarded by the lock.
 */
final class SpareBuilds {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private int planned;
  private int running;
  private long ended;

  /** Whether another is wanted, where so many wait unused; if so, it has to {@link #end}. */
  boolean tryPlan(int unused, int wanted) {
    lock.lock();
    try {
      if (planned + unused >= wanted) {
        return false;
      }
      planned++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** A planned one takes its place in the pool from now on. */
  void begin() {
    lock.lock();
    try {
      running++;
    } finally {
      lock.unlock();
    }
  }

  /** It waits unused now, or could not be built. */
  void end() {
    lock.lock();
    try {
      running--;
      planned--;
      ended++;
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** It was planned, and nobody is there to build it. */
  void cancel() {
    lock.lock();
    try {
      planned--;
    } finally {
      lock.unlock();
    }
  }

  /** How many have ended so far. */
  long ended() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Waits while one is being built; answers whether one has ended since {@code before}. */
  boolean awaitEnd(long before) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (ended == before && running > 0) {
        change.await();
      }
      return ended != before;
    } finally {
      lock.unlock();
    }
  }
}
