package io.millrace.scheduler;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;

/** Tasks come and go while the watchdog looks: each deadline passes once, and none is forgotten. */
public class SharedDeadlineTable {

  private static final int TASKS = 12;
  private static final long END = 1_000;

  private final DeadlineTable table = new DeadlineTable(1, 0);
  private final BareTask[] tasks = new BareTask[TASKS];
  private final AtomicInteger added = new AtomicInteger();
  private final AtomicIntegerArray whole = new AtomicIntegerArray(TASKS);
  private final AtomicIntegerArray passed = new AtomicIntegerArray(TASKS);

  /** Deadlines 1 to 4, round and round. */
  public SharedDeadlineTable() {
    for (int i = 0; i < TASKS; i++) {
      tasks[i] = new BareTask(i, 1 + i % 4);
      tasks[i].admitUnseen();
    }
  }

  /** A submitter. */
  @Operation
  public void add() {
    int number = added.getAndIncrement();
    table.add(tasks[number]);
    whole.set(number, 1);
  }

  /** Whoever has answered one. */
  @Operation
  public void end() {
    int number = added.get() - 1;
    if (number >= 0 && tasks[number].tryAbandon()) {
      table.remove(tasks[number]);
    }
  }

  /** The watchdog. */
  @Operation(nonParallelGroup = "watchdog")
  public void scan(@Param(gen = IntGen.class, conf = "0:5") int now) {
    table.scan(now, task -> passed.incrementAndGet(((BareTask) task).number));
  }

  /** The last look finds what is left. */
  @Validate
  public void eachPassesOnce() {
    table.scan(END, task -> passed.incrementAndGet(((BareTask) task).number));
    for (int i = 0; i < TASKS; i++) {
      int times = passed.get(i);
      if (times > 1 || (whole.get(i) == 1 && times == 0 && !tasks[i].isDone())) {
        throw new IllegalStateException("deadline " + i + " passed " + times + " times");
      }
    }
  }
}
