package io.millrace.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A machine whose clock and threads a seed decides. Threads are real ones, of which exactly one
 * runs at any moment; at each call of the scheduler's seam the seed says which goes on. When none
 * can, the clock jumps to the next moment that somebody waits for; when there is no such moment,
 * all have ended or the scheduler has lost something: {@link #run} says which.
 */
final class SimulatedMachine implements Platform {

  private static final int MOST_STEPS = 200_000;

  /** Far more than a schedule takes; a thread that blocks elsewhere would keep all others. */
  private static final long MOST_REAL_NANOS = 20_000_000_000L;

  private static final class SimThread {

    private final Thread thread;
    private final String name;
    private volatile boolean turn;
    private boolean started;
    private boolean ended;
    private boolean blocked;
    private boolean permit;
    private long untilNanos = FOR_EVER;
    private @Nullable SimThread joined;

    SimThread(Thread thread, String name) {
      this.thread = thread;
      this.name = name;
    }

    boolean canRun() {
      return started && !ended && !blocked;
    }
  }

  private final Random random;
  private final int mostTickNanos;
  private final Thread outside = Thread.currentThread();
  private final List<SimThread> threads = new ArrayList<>();
  private volatile SimThread current = new SimThread(outside, "outside");
  private Runnable whenNothingRuns = () -> {};
  private volatile boolean over;
  private volatile @Nullable String stuck;
  private long nowNanos;
  private long trace;
  private int steps;

  SimulatedMachine(long seed) {
    random = new Random(seed);
    mostTickNanos = random.nextInt(3) == 0 ? 20 : 2_000;
    nowNanos = random.nextLong();
  }

  /**
   * Runs until no thread can go on and the clock has nothing to wait for.
   *
   * @return whether all threads have ended; else {@link #stuck} tells who has not
   */
  boolean run(Runnable script) {
    start(thread(script, "script", 0));
    SimThread first = pick();
    current = first;
    hand(first);
    long start = System.nanoTime();
    while (!over) {
      LockSupport.parkNanos(this, MOST_REAL_NANOS);
      if (!over && System.nanoTime() - start > MOST_REAL_NANOS) {
        stuck = current.name + " waits for something that is not the machine's";
        return false;
      }
    }
    return stuck == null;
  }

  /** Looks at what there is, each time that all threads sleep and the clock has to jump. */
  void whenNothingRuns(Runnable look) {
    whenNothingRuns = look;
  }

  @Nullable String stuck() {
    return stuck;
  }

  /** The same for the same seed, or something else than the seed decides. */
  long trace() {
    return trace;
  }

  /** Whether everything takes nanoseconds: then streams wait for replies behind others. */
  boolean isFast() {
    return mostTickNanos < 100;
  }

  Random random() {
    return random;
  }

  /** Lets virtual time pass for the thread that runs; less of it where all is fast. */
  void pass(long nanos) {
    nowNanos += isFast() && nanos < 1_000_000 ? nanos >> 9 : nanos;
    step();
  }

  // ---- the seam

  @Override
  public long nanoTime() {
    nowNanos += random.nextInt(mostTickNanos);
    step();
    return nowNanos;
  }

  @Override
  public void interleave() {
    step();
  }

  @Override
  public void onSpinWait() {
    nowNanos += 1 + mostTickNanos / 20;
    step();
  }

  @Override
  public void yieldNow() {
    onSpinWait();
  }

  @Override
  public void park(Object blocker, long nanos) {
    step();
    SimThread self = current;
    if (!self.permit && !Thread.currentThread().isInterrupted()) {
      block(self, nanos);
    }
    self.permit = false;
  }

  @Override
  public void unpark(Thread thread) {
    step();
    SimThread target = find(thread);
    target.permit = true;
    if (target.joined == null) {
      target.blocked = false;
    }
  }

  @Override
  public void interrupt(Thread thread) {
    step();
    thread.interrupt();
    find(thread).blocked = false;
  }

  @Override
  public Thread thread(Runnable body, String name, long stackBytes) {
    SimThread[] holder = new SimThread[1];
    Thread thread =
        new Thread(
            () -> {
              SimThread self = holder[0];
              awaitTurn(self);
              try {
                body.run();
              } catch (Throwable died) {
                self.permit = true; // the scheduler has seen to it; nothing of the machine's
              }
              end(self);
            },
            name);
    thread.setDaemon(true);
    holder[0] = new SimThread(thread, name);
    threads.add(holder[0]);
    return thread;
  }

  @Override
  public void start(Thread thread) {
    find(thread).started = true;
    thread.start();
    step();
  }

  @Override
  public boolean hasEnded(Thread thread) {
    return find(thread).ended;
  }

  @Override
  public boolean join(Thread thread, long nanos) {
    step();
    SimThread target = find(thread);
    if (!target.ended) {
      current.joined = target;
      block(current, nanos);
      current.joined = null;
    }
    return target.ended;
  }

  // ---- turns

  private void step() {
    SimThread self = current;
    if (self.thread == outside && !over) {
      return; // while the schedule is being set up there is no other one
    }
    if (self.thread != Thread.currentThread()) {
      throw new IllegalStateException(Thread.currentThread() + " runs out of turn");
    }
    if (++steps > MOST_STEPS) {
      finish("no end after " + steps + " steps");
      awaitTurn(self); // for ever
    }
    SimThread next = pick();
    if (next != self) {
      current = next;
      hand(next);
      awaitTurn(self);
    }
  }

  private void block(SimThread self, long nanos) {
    self.blocked = true;
    self.untilNanos = nanos == FOR_EVER ? FOR_EVER : Math.max(0, nanos);
    long start = nowNanos;
    if (nanos != FOR_EVER) {
      self.untilNanos = start + Math.max(0, nanos);
    }
    SimThread next = pickOrAdvance();
    if (next == null) {
      finish(unfinished());
      awaitTurn(self); // for ever
      return;
    }
    if (next != self) {
      current = next;
      hand(next);
      awaitTurn(self);
    }
    self.untilNanos = FOR_EVER;
  }

  private void end(SimThread self) {
    self.ended = true;
    for (SimThread each : threads) {
      if (each.joined == self) {
        each.blocked = false;
      }
    }
    SimThread next = pickOrAdvance();
    if (next == null) {
      finish(unfinished());
    } else {
      current = next;
      hand(next);
    }
  }

  private @Nullable String unfinished() {
    List<String> names = new ArrayList<>();
    for (SimThread each : threads) {
      if (each.started && !each.ended) {
        names.add(each.name);
      }
    }
    return names.isEmpty() ? null : "asleep for ever: " + names;
  }

  private void finish(@Nullable String why) {
    stuck = why;
    over = true;
    LockSupport.unpark(outside);
  }

  private SimThread pick() {
    SimThread next = pickOrAdvance();
    if (next == null) {
      throw new IllegalStateException("the thread that runs can run");
    }
    return next;
  }

  private @Nullable SimThread pickOrAdvance() {
    while (true) {
      List<SimThread> able = new ArrayList<>(threads.size());
      SimThread soonest = null;
      for (SimThread each : threads) {
        if (each.canRun()) {
          able.add(each);
        } else if (each.started
            && !each.ended
            && each.untilNanos != FOR_EVER
            && (soonest == null || each.untilNanos - soonest.untilNanos < 0)) {
          soonest = each;
        }
      }
      if (able.isEmpty()) {
        whenNothingRuns.run();
      }
      if (soonest != null && (able.isEmpty() || soonest.untilNanos - nowNanos <= 0)) {
        nowNanos = soonest.untilNanos - nowNanos > 0 ? soonest.untilNanos : nowNanos;
        soonest.blocked = false;
        soonest.untilNanos = FOR_EVER;
        continue;
      }
      if (able.isEmpty()) {
        return null;
      }
      int choice = random.nextInt(able.size());
      SimThread next = able.get(choice);
      trace = trace * 31 + threads.indexOf(next) + nowNanos;
      return next;
    }
  }

  private void hand(SimThread next) {
    next.turn = true;
    LockSupport.unpark(next.thread);
  }

  /** An interrupt that comes while the thread waits for its turn is its own, and is kept. */
  private static void awaitTurn(SimThread self) {
    boolean interrupted = false;
    while (!self.turn) {
      LockSupport.park(self);
      interrupted |= Thread.interrupted();
    }
    self.turn = false;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private SimThread find(Thread thread) {
    for (SimThread each : threads) {
      if (each.thread == thread) {
        return each;
      }
    }
    throw new IllegalStateException(thread + " is not of this machine");
  }
}
