package io.millrace.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Who answers a task, and whom its interrupt hits. In the scheduler's own package, since nothing of
 * this is public.
 */
public class TaskStress {

  private static final class BareTask extends Task {

    BareTask() {
      super(Invocation.of("f", ""));
      admitUnseen();
    }

    @Override
    boolean deliver() {
      return false;
    }
  }

  /** A worker begins what somebody else abandons. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The worker runs it.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "It was abandoned.")
  @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "It was answered as expired, and ran.")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Nobody has it: its caller waits for ever.")
  @State
  public static class BeginAgainstAbandon {
    private final Task task = new BareTask();

    /** Begins. */
    @Actor
    public void worker(II_Result result) {
      result.r1 = task.tryBegin(0) ? 1 : 0;
    }

    /** Abandons. */
    @Actor
    public void watchdog(II_Result result) {
      result.r2 = task.tryAbandon() ? 1 : 0;
    }
  }

  /** Two workers came by the same task, one of them by stealing. */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "One runs it, and is known as the runner.")
  @Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "The other one does.")
  @Outcome(expect = FORBIDDEN, desc = "Both run it, or none, or an interrupt would hit the other.")
  @State
  public static class BeginAgainstThief {
    private final Task task = new BareTask();

    /** Begins. */
    @Actor
    public void owner(III_Result result) {
      result.r1 = task.tryBegin(1) ? 1 : 0;
    }

    /** Begins, too. */
    @Actor
    public void thief(III_Result result) {
      result.r2 = task.tryBegin(2) ? 1 : 0;
    }

    /** Whom a stop would interrupt. */
    @Arbiter
    public void runner(III_Result result) {
      result.r3 = task.runner();
    }
  }

  /** An answer by the worker, without a volatile write of its own, as the drain looks for it. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Nobody drains: the reply is left behind.")
  @Outcome(expect = ACCEPTABLE, desc = "One of the two sees the other.")
  @State
  public static class AnswerAgainstDrain {
    private final Task task = new BareTask();
    private final AtomicInteger wip = new AtomicInteger(1);

    /** Prepared: it runs, and somebody is inside the drain. */
    public AnswerAgainstDrain() {
      task.tryBegin(1);
    }

    /** Answers, then drains unless somebody is inside. */
    @Actor
    public void worker(II_Result result) {
      task.tryEnd(1, Bench.NO_REPLY, Platform.SYSTEM);
      result.r1 = wip.getAndIncrement() == 0 ? 1 : 0;
    }

    /** Looks, and looks once more if that is wished for. */
    @Actor
    public void drain(II_Result result) {
      boolean found = task.reply() != null;
      result.r2 = found || (wip.addAndGet(-1) != 0 && task.reply() != null) ? 1 : 0;
    }
  }

  /** A run ends as it is stopped; then the same thread's next run begins. */
  @JCStressTest
  @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "It ended; nobody was interrupted.")
  @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "It was stopped; its flag is gone.")
  @Outcome(id = "1, 1, .*", expect = FORBIDDEN, desc = "Its caller was answered twice.")
  @Outcome(id = "0, 0, .*", expect = FORBIDDEN, desc = "Its caller was never answered.")
  @Outcome(expect = FORBIDDEN, desc = "The interrupt hit the neighbour that ran next.")
  @State
  public static class EndAgainstStop {
    private final Bench bench = new Bench();

    /** Runs and ends, then looks at what its next run would find. */
    @Actor
    public void worker(III_Result result) {
      bench.enter();
      result.r1 = bench.tryEnd() ? 1 : 0;
      result.r3 = Thread.interrupted() ? 1 : 0;
    }

    /** Stops. */
    @Actor
    public void watchdog(III_Result result) {
      result.r2 = bench.awaitAndStop() ? 1 : 0;
    }

    /** A late interrupt would be seen here by nobody: the flag was read by the worker. */
    @Arbiter
    public void arbiter(III_Result result) {
      if (bench.task.isStopping()) {
        result.r3 = 2;
      }
    }
  }

  /** A task that runs on the thread of whoever enters. */
  private static final class Bench {

    private static final int RUNNER = 1;
    private static final Reply NO_REPLY =
        new Reply.Completed(Invocation.of("f", ""), new byte[0], 0, 0);

    final Task task = new BareTask();
    private volatile boolean running;

    private volatile Thread runner = Thread.currentThread();

    void enter() {
      runner = Thread.currentThread();
      task.tryBegin(RUNNER);
      running = true;
    }

    boolean tryEnd() {
      return task.tryEnd(RUNNER, NO_REPLY, Platform.SYSTEM);
    }

    boolean awaitAndStop() {
      while (!running) {
        Thread.onSpinWait();
      }
      return task.tryStop(Platform.SYSTEM, number -> runner);
    }
  }

  /** A guest that returns in the last moment, and a watchdog that gives its thread up. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Given up: the worker leaves.")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "It came back: the worker stays.")
  @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "Two workers have one slot.")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "The slot has no worker.")
  @State
  public static class ReturnAgainstLeave {
    private final Bench bench = new Bench();

    /** Prepared: stopped, and not back. */
    public ReturnAgainstLeave() {
      bench.enter();
      bench.awaitAndStop();
      Thread.interrupted();
    }

    /** Comes back. */
    @Actor
    public void worker(II_Result result) {
      bench.tryEnd();
      result.r1 = bench.task.isLeft() ? 0 : 1;
    }

    /** Gives up. */
    @Actor
    public void watchdog(II_Result result) {
      result.r2 = bench.task.tryLeave() ? 1 : 0;
    }
  }
}
