package io.millrace.scheduler;

import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.LentSlices;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPoolRecorder;
import io.millrace.pipeline.spi.ClaimArena;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One schedule of claims on shared memory: they are committed, closed, forgotten, cancelled, and
 * the pool ends at any moment. Each is answered once; a guest reads what its claimant wrote and
 * nothing else, although those who forgot theirs go on writing; and at the end all room and all
 * bytes are there. All of it follows from the seed.
 */
final class SimulatedClaims implements GuestSource {

  private static final int CAPACITY = 1024;
  private static final int CLIENTS = 3;
  private static final String[] FUNCTIONS = {"echo", "echo", "echo", "spin", "trap"};

  final List<String> wrong = new ArrayList<>();
  private final SimulatedMachine machine;
  private final Random random;
  private final WorkerPoolConfig config;
  private final ScheduledWorkerPool pool;
  private final ClaimArena arena =
      new ClaimArena(new PrivateLinearMemory(new PageLimits(1, 1)), 0, CAPACITY, CAPACITY);
  private final List<Client> claims = new ArrayList<>();
  private int clientsLeft = CLIENTS;

  private SimulatedClaims(long seed) {
    machine = new SimulatedMachine(seed);
    random = machine.random();
    int most = 1 + random.nextInt(2);
    config =
        new WorkerPoolConfig(
            random.nextInt(most + 1),
            most,
            1 + random.nextInt(4),
            Sizing.BY_BACKLOG,
            Duration.ofMillis(random.nextInt(3)),
            Duration.ofSeconds(random.nextInt(3)),
            Duration.ofMillis(250),
            8,
            oneOf(DispatchPolicy.values()),
            oneOf(Overflow.values()),
            new IdleStrategy(random.nextInt(3), random.nextInt(2)),
            WorkerPoolRecorder.NONE,
            Map.of());
    pool = new ScheduledWorkerPool(this, config, machine);
  }

  private <T> T oneOf(T[] all) {
    return all[random.nextInt(all.length)];
  }

  /** What was found wrong. */
  static List<String> of(long seed) {
    SimulatedClaims schedule = new SimulatedClaims(seed);
    if (!schedule.machine.run(schedule::script)) {
      schedule.wrong.add("stuck: " + schedule.machine.stuck() + schedule.pool.metrics());
    }
    schedule.claims.forEach(Client::check);
    return schedule.wrong;
  }

  private void script() {
    Thread script = Thread.currentThread();
    for (int client = 0; client < CLIENTS; client++) {
      machine.start(
          machine.thread(
              () -> {
                for (int i = 1 + random.nextInt(4); i > 0; i--) {
                  new Client().act();
                }
                clientsLeft--;
                machine.unpark(script);
              },
              "client-" + client,
              0));
    }
    boolean endsEarly = random.nextInt(3) == 0;
    if (endsEarly) {
      machine.pass(random.nextInt(2_000_000));
      end();
    }
    while (clientsLeft > 0) {
      machine.park(this, Platform.FOR_EVER);
    }
    if (!endsEarly) {
      awaitQuiet();
      int granted = pool.admission().tryAcquire(config.inboxCapacity() + 5);
      if (granted != config.inboxCapacity()) {
        wrong.add("room for " + granted + " of " + config.inboxCapacity());
      }
      for (int i = 0; i < granted; i++) {
        pool.admission().abandoned();
      }
      end();
    }
    pool.close();
    for (int i = 0; i < 100 && pool.claims().count() > 0; i++) {
      machine.park(this, 5_000_000); // whoever has been answered may be on the way out of it
    }
    if (pool.claims().count() != 0 || pool.metrics().waiting() != 0) {
      wrong.add("the pool has ended, and yet " + pool.metrics());
    }
    claims.forEach(Client::finish);
    checkArena();
  }

  private void end() {
    if (random.nextBoolean()) {
      pool.terminate();
    } else {
      pool.close();
    }
  }

  private void awaitQuiet() {
    for (int i = 0; i < 2_000 && pool.metrics().waiting() + pool.metrics().running() > 0; i++) {
      machine.park(this, 5_000_000);
    }
  }

  private void checkArena() {
    for (int i = 0; i < 100 && arena.usedBytes() > 0; i++) {
      machine.park(this, 5_000_000); // a guest that was stopped may be on its way back
    }
    if (arena.quarantinedBytes() != 0 || arena.usedBytes() != 0) {
      wrong.add(arena.usedBytes() + " bytes lent, kept " + arena.quarantinedBytes());
      return;
    }
    arena.take(CAPACITY).tryRelease();
  }

  /** One claim, from its request to its end. */
  private final class Client {

    private final int number = claims.size();
    private final long pattern = random.nextLong();
    private @Nullable Claim claim;
    private @Nullable ByteBuffer view;
    private boolean cancelled;
    private boolean committed;

    /** It said that it writes no more. */
    private boolean ended;

    private int claimAnswers;
    private int replies;

    Client() {
      claims.add(this);
    }

    void act() {
      machine.pass(random.nextInt(100_000));
      boolean patient = random.nextInt(3) == 0;
      Invocation invocation =
          Invocation.of(oneOf(FUNCTIONS), Payload.reserved(8 + random.nextInt(CAPACITY / 3)))
              .withDeadline(Duration.ofNanos(1 + random.nextInt(patient ? 50_000_000 : 2_000_000)));
      Disposable waiting =
          pool.claim(invocation)
              .subscribe(
                  given -> {
                    claimAnswers++;
                    claim = given;
                    if (random.nextInt(4) == 0) {
                      fillAndEnd();
                    }
                  },
                  failure -> claimAnswers++);
      machine.pass(random.nextInt(500_000));
      if (claim == null && random.nextInt(3) == 0) {
        cancelled = true;
        waiting.dispose();
      }
      if (claim != null && view == null) {
        fillAndEnd();
      }
    }

    private void fillAndEnd() {
      Claim mine = Objects.requireNonNull(claim);
      try {
        ByteBuffer writes = mine.slice().view();
        view = writes;
        machine.pass(random.nextInt(1_000_000));
        writes.putLong(0, pattern);
        int choice = random.nextInt(4);
        ended = choice < 3;
        if (choice == 0) {
          mine.close();
        } else if (choice < 3) {
          committed = true;
          mine.commit(8).subscribe(reply -> replies++, failure -> replies++);
        } // else it is forgotten
      } catch (SliceStateException takenBack) {
        machine.pass(1);
      }
      for (int i = random.nextInt(8); i > 0 && !ended && view != null; i--) {
        machine.pass(random.nextInt(1_000_000));
        view.putLong(0, number); // late, through a view that no check stops
      }
    }

    /** Says at last that it writes no more. */
    void finish() {
      if (claim != null) {
        claim.close();
      }
    }

    void check() {
      if (claimAnswers > 1 || (claimAnswers == 0 && !cancelled)) {
        wrong.add("claim " + number + " was answered " + claimAnswers + " times");
      }
      if (committed && replies != 1) {
        wrong.add("claim " + number + " was committed and has " + replies + " replies");
      }
    }
  }

  // ---- guests

  @Override
  public Mono<ClaimArena> claimArena(@Nullable String tenant) {
    if (random.nextBoolean()) {
      return Mono.just(arena);
    }
    Sinks.One<ClaimArena> later = Sinks.one();
    return later
        .asMono()
        .doOnSubscribe(
            subscription ->
                machine.start(
                    machine.thread(
                        () -> {
                          machine.pass(random.nextInt(500_000));
                          later.tryEmitValue(arena);
                        },
                        "arena",
                        0)));
  }

  @Override
  public GuestLease lease() {
    return new GuestLease() {
      @Override
      public Guest guest(@Nullable String tenant) {
        machine.pass(random.nextInt(10_000));
        return SimulatedClaims.this::call;
      }

      @Override
      public void close() {}
    };
  }

  private Object call(Invocation invocation) {
    Slice given = ((LentSlices) invocation.payload()).slices().get(0);
    if (given.length() != 8) {
      wrong.add("a guest was given " + given.length() + " bytes of 8");
    }
    long before = given.getLong(0);
    if (claims.stream().noneMatch(each -> each.committed && each.pattern == before)) {
      wrong.add("a guest was given what nobody committed");
    }
    for (int turn = random.nextInt(6); turn >= 0 || invocation.function().equals("spin"); turn--) {
      // Where all is fast, what spins up to its deadline is not to take too many steps.
      machine.pass(turn < -500 ? 1_000_000 : random.nextInt(200_000));
      if (given.getLong(0) != before) {
        wrong.add("somebody else wrote to what a guest was given");
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new WorkerException.WorkerTerminated("stopped", null);
      }
    }
    if (invocation.function().equals("trap")) {
      throw new WorkerException.GuestTrap("trap", new IllegalStateException("unreachable"));
    }
    return new byte[0];
  }
}
