package io.millrace.scheduler;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pieces that several threads share, one by one: random operations of two or three threads,
 * under many schedules of a model checker (which knows no reordering), then on the real machine.
 * What each thread saw must be explained by some order of whole operations. The pieces' own classes
 * say which operations there are, and what must hold at the end.
 */
class LinearizabilityTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        SharedAdmission.class,
        SharedRunQueue.class,
        SharedSlot.class,
        SharedDeadlineTable.class,
        SharedTask.class
      })
  void isAtomicToThoseWhoShareIt(Class<?> piece) {
    new ModelCheckingOptions()
        .iterations(6)
        .invocationsPerIteration(60)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(1)
        .loopBound(500) // a block of deadlines is not a loop that waits
        .check(piece);
    new StressOptions()
        .iterations(1)
        .invocationsPerIteration(200)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(1)
        .check(piece);
  }
}
