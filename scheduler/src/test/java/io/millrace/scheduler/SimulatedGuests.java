package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Guests on a {@link SimulatedMachine}; what they find wrong is kept. The function says what a
 * guest does: {@code echo} some work; {@code trap}; {@code spin} until it is interrupted; {@code
 * stubborn} for half a second whatever is said to it; {@code oops} throws what no guest should.
 */
final class SimulatedGuests implements GuestSource {

  private static final long STUBBORN_NANOS = 500_000_000;

  final List<String> wrong = new ArrayList<>();
  final Set<String> mayBeStopped = new HashSet<>();
  boolean allMayBeStopped;
  int refused;
  private final SimulatedMachine machine;
  private final Consumer<Invocation> begun;
  private final int mostNanos;
  private final List<String> running = new ArrayList<>();

  SimulatedGuests(SimulatedMachine machine, Consumer<Invocation> begun) {
    this.machine = machine;
    this.begun = begun;
    this.mostNanos = machine.random().nextInt(3) == 0 ? 100 : 100_000;
  }

  int running() {
    return running.size();
  }

  @Override
  public GuestLease lease() {
    SimGuest guest = new SimGuest();
    return new GuestLease() {
      @Override
      public Guest guest(@Nullable String tenant) {
        machine.pass(machine.random().nextInt(10_000));
        if (machine.random().nextInt(50) == 0) {
          refused++;
          throw new WorkerException.ModuleRejected("no guest this time", "try again", null);
        }
        return guest;
      }

      @Override
      public void close() {
        machine.pass(100);
      }
    };
  }

  private final class SimGuest implements Guest {

    private @Nullable Thread owner;

    @Override
    public byte[] call(Invocation invocation) {
      Payload.Copied payload = (Payload.Copied) invocation.payload();
      String text = new String(payload.array(), StandardCharsets.UTF_8);
      if (owner == null) {
        owner = Thread.currentThread();
      } else if (owner != Thread.currentThread()) {
        wrong.add("invariant 4: two threads used one guest");
      }
      running.add(text);
      begun.accept(invocation);
      try {
        return run(invocation, text, payload.array());
      } finally {
        running.remove(text);
      }
    }

    private byte[] run(Invocation invocation, String text, byte[] payload) {
      int turns = 1 + machine.random().nextInt(6);
      long start = machine.nanoTime();
      for (int turn = 0; ; turn++) {
        boolean quick = invocation.function().equals("echo");
        machine.pass(machine.random().nextInt(quick ? mostNanos : 100_000));
        if (Thread.currentThread().isInterrupted()
            && !allMayBeStopped
            && !mayBeStopped.contains(text)) {
          wrong.add("invariant 5: " + text + " was interrupted and should not have been");
        }
        switch (invocation.function()) {
          case "stubborn" -> {
            if (machine.nanoTime() - start > STUBBORN_NANOS) {
              return payload;
            }
            machine.pass(STUBBORN_NANOS / 10);
          }
          case "spin" -> {
            stopIfInterrupted();
            if (turn > 500) { // its deadline is over, and the watchdog late: not many steps more
              machine.pass(1_000_000);
            }
          }
          case "trap" ->
              throw new WorkerException.GuestTrap("trap", new IllegalStateException("unreachable"));
          case "oops" -> throw new IllegalStateException("a defect in the guest's host");
          default -> {
            stopIfInterrupted();
            if (turn == turns) {
              return payload;
            }
          }
        }
      }
    }

    private static void stopIfInterrupted() {
      if (Thread.currentThread().isInterrupted()) {
        throw new WorkerException.WorkerTerminated("stopped", null);
      }
    }
  }
}
