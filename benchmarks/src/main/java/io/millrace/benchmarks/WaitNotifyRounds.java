package io.millrace.benchmarks;

import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts what a wait list must never do: give a late waiter an earlier one's wake-up, or wake out
 * of order. Bounded in time: each wait ends by itself after {@value #WAIT_SECONDS} s, and the
 * rounds stop after {@value #BUDGET_SECONDS} s.
 */
public final class WaitNotifyRounds {

  private static final int WAIT_SECONDS = 2;
  private static final int BUDGET_SECONDS = 20;

  private static final int ADDRESS = 128;
  private static final int OK = 0;

  private final SharedLinearMemory memory = new SharedLinearMemory(new PageLimits(1, 1));
  private final long startNanos = System.nanoTime();

  private WaitNotifyRounds() {}

  /**
   * Lets a late waiter come at the moment of a notification that is meant for an earlier one.
   *
   * @return rounds in which the earlier one was not woken by it
   * @throws IllegalStateException when the time was not enough for {@code rounds}
   */
  public static int stolen(int rounds) throws InterruptedException {
    WaitNotifyRounds run = new WaitNotifyRounds();
    int stolen = 0;
    for (int round = 0; round < rounds; round++) {
      run.checkBudget(round, rounds);
      stolen += run.isStolen() ? 1 : 0;
    }
    return stolen;
  }

  /**
   * Lets three wait one after the other and wakes them one by one.
   *
   * @return rounds in which they were not woken in the order in which they came
   * @throws IllegalStateException when the time was not enough for {@code rounds}
   */
  public static int outOfOrder(int rounds) throws InterruptedException {
    WaitNotifyRounds run = new WaitNotifyRounds();
    int outOfOrder = 0;
    for (int round = 0; round < rounds; round++) {
      run.checkBudget(round, rounds);
      outOfOrder += run.isOutOfOrder() ? 1 : 0;
    }
    return outOfOrder;
  }

  private boolean isStolen() throws InterruptedException {
    Waiter early = new Waiter(this::await);
    early.awaitParked();
    CountDownLatch ready = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Waiter late =
        new Waiter(
            () -> {
              ready.countDown();
              while (go.getCount() > 0) {
                Thread.onSpinWait();
              }
              return await();
            });
    ready.await();
    go.countDown();
    int woken = memory.notify(ADDRESS, 1);
    while (!early.answer.isDone() && !late.answer.isDone()) {
      pause();
    }
    // Only the early one may have been woken so far. The late one waits for the second notify.
    boolean stolen = woken != 1 || !early.answer.isDone();
    int wokenNext = memory.notify(ADDRESS, 1);
    while (wokenNext == 0 && !(early.answer.isDone() && late.answer.isDone())) {
      pause();
      wokenNext = memory.notify(ADDRESS, 1);
    }
    return early.result() != OK || late.result() != OK || wokenNext != 1 || stolen;
  }

  private boolean isOutOfOrder() throws InterruptedException {
    Waiter[] waiters = new Waiter[3];
    for (int i = 0; i < waiters.length; i++) {
      waiters[i] = new Waiter(this::await);
      waiters[i].awaitParked();
    }
    boolean inOrder = true;
    for (int i = 0; i < waiters.length; i++) {
      inOrder &= memory.notify(ADDRESS, 1) == 1;
      int done = 0;
      while (done <= i) {
        pause();
        done = 0;
        for (Waiter waiter : waiters) {
          done += waiter.answer.isDone() ? 1 : 0;
        }
      }
      inOrder &= waiters[i].answer.isDone();
    }
    for (Waiter waiter : waiters) {
      inOrder &= waiter.result() == OK;
    }
    return !inOrder;
  }

  private int await() throws InterruptedException {
    return memory.waitInt(ADDRESS, 0, TimeUnit.SECONDS.toNanos(WAIT_SECONDS));
  }

  private void checkBudget(int done, int rounds) {
    if (System.nanoTime() - startNanos > TimeUnit.SECONDS.toNanos(BUDGET_SECONDS)) {
      throw new IllegalStateException(
          done + " of " + rounds + " rounds took " + BUDGET_SECONDS + " s: use a quieter machine");
    }
  }

  private static void pause() {
    LockSupport.parkNanos(20_000);
  }

  /** One wait on a thread of its own. */
  private static final class Waiter {

    final FutureTask<Integer> answer;
    private final Thread thread;

    Waiter(Callable<Integer> wait) {
      answer = new FutureTask<>(wait);
      thread = new Thread(answer, "waiter");
      thread.setDaemon(true);
      thread.start();
    }

    /** Until it is parked, and hence in the queue: only a wait parks with a blocker here. */
    void awaitParked() {
      while (LockSupport.getBlocker(thread) == null && !answer.isDone()) {
        pause();
      }
    }

    int result() throws InterruptedException {
      try {
        return answer.get();
      } catch (ExecutionException failed) {
        throw new IllegalStateException("a wait failed", failed);
      }
    }
  }
}
