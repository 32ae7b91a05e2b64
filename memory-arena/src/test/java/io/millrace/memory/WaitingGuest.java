package io.millrace.memory;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A thread that waits in a shared memory once, as a guest's would. */
final class WaitingGuest {

  final Thread thread;
  private final FutureTask<Integer> answer;

  private WaitingGuest(Callable<Integer> waiting) {
    answer = new FutureTask<>(waiting);
    thread = new Thread(answer, "guest");
    thread.setDaemon(true);
  }

  /** Starts it, without asking whether it has come to wait yet. */
  static WaitingGuest started(Callable<Integer> waiting) {
    WaitingGuest guest = new WaitingGuest(waiting);
    guest.thread.start();
    return guest;
  }

  /** Starts it, and returns when it stands in the queue at {@code address}. */
  static WaitingGuest queued(SharedLinearMemory memory, int address, Callable<Integer> waiting) {
    int before = memory.waiters.waitersAt(address);
    WaitingGuest guest = started(waiting);
    while (memory.waiters.waitersAt(address) == before && !guest.answer.isDone()) {
      pause();
    }
    return guest;
  }

  /** Queued at {@code address}, where an int 0 is, for ever. */
  static WaitingGuest onInt(SharedLinearMemory memory, int address) {
    return queued(memory, address, () -> memory.waitInt(address, 0, -1));
  }

  /** Between two looks: gives the core to the guests, which a spin would take from them. */
  static void pause() {
    LockSupport.parkNanos(20_000);
  }

  boolean isAnswered() {
    return answer.isDone();
  }

  /** What the wait answered; throws what it threw. */
  int answer() throws Exception {
    try {
      return answer.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException thrown) {
      if (thrown.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw thrown;
    } catch (TimeoutException lost) {
      throw new AssertionError("never woken", lost);
    }
  }
}
