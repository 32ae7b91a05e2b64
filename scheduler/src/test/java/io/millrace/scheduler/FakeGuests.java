package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Guests without wasm. The function says what the guest does: {@code echo} answers its payload,
 * {@code given-up} the same, and may be stopped, {@code trap} fails, {@code spin} runs until it is
 * interrupted, {@code gate} waits for {@link #open}, {@code oops} throws what no guest should,
 * {@code busy} refuses to be called. Each call copies one byte.
 */
final class FakeGuests implements GuestSource {

  private static final long MOST_HELD_NANOS = 30_000_000_000L;

  final AtomicInteger leases = new AtomicInteger();
  final AtomicInteger closedLeases = new AtomicInteger();
  final AtomicInteger started = new AtomicInteger();
  final AtomicInteger interrupted = new AtomicInteger();
  final AtomicInteger strayInterrupts = new AtomicInteger();
  final AtomicInteger concurrentUses = new AtomicInteger();
  final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final CountDownLatch gate = new CountDownLatch(1);

  /** For subscribers that block. Not for ever: a test that fails is to end. */
  static void awaitUninterruptibly(CountDownLatch latch) {
    long start = System.nanoTime();
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      long leftNanos = MOST_HELD_NANOS - (System.nanoTime() - start);
      if (leftNanos <= 0) {
        throw new AssertionError("held for too long");
      }
      try {
        latch.await(leftNanos, TimeUnit.NANOSECONDS);
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  void open() {
    gate.countDown();
  }

  @Override
  public GuestLease lease() {
    leases.incrementAndGet();
    FakeGuest guest = new FakeGuest();
    return new GuestLease() {
      @Override
      public Guest guest(@Nullable String tenant) {
        if ("rejected".equals(tenant)) {
          throw new WorkerException.ModuleRejected("no module for this tenant", "add one", null);
        }
        return guest;
      }

      @Override
      public void close() {
        closedLeases.incrementAndGet();
      }
    };
  }

  private final class FakeGuest implements Guest {

    private final AtomicInteger users = new AtomicInteger();

    @Override
    public byte[] call(Invocation invocation) {
      threads.add(Thread.currentThread());
      started.incrementAndGet();
      if (users.incrementAndGet() != 1) {
        concurrentUses.incrementAndGet();
      }
      try {
        if (Thread.currentThread().isInterrupted() && !mayBeStopped(invocation)) {
          strayInterrupts.incrementAndGet();
        }
        return run(invocation);
      } finally {
        users.decrementAndGet();
      }
    }

    @Override
    public InvocationCost cost() {
      return new InvocationCost(1, 1, 0);
    }

    private static boolean mayBeStopped(Invocation invocation) {
      return Set.of("spin", "given-up").contains(invocation.function());
    }

    private byte[] run(Invocation invocation) {
      switch (invocation.function()) {
        case "echo", "given-up" -> {}
        case "trap" ->
            throw new WorkerException.GuestTrap("trap", new IllegalStateException("unreachable"));
        case "oops" -> throw new IllegalStateException("a defect in the guest's host");
        case "busy" -> throw new WorkerException.InstanceBusy("busy");
        case "spin" -> {
          while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
          }
          interrupted.incrementAndGet();
          throw new WorkerException.WorkerTerminated("stopped", null);
        }
        case "gate" -> {
          try {
            gate.await();
          } catch (InterruptedException stop) {
            interrupted.incrementAndGet();
            throw new WorkerException.WorkerTerminated("stopped at the gate", stop);
          }
        }
        default ->
            throw new WorkerException.AbiMismatch(
                "no function " + invocation.function(), "export it");
      }
      Payload.Copied payload = (Payload.Copied) invocation.payload();
      return Arrays.copyOfRange(
          payload.array(), payload.offset(), payload.offset() + payload.length());
    }
  }
}
