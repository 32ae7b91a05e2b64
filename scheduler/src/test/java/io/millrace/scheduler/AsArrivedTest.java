package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;

class AsArrivedTest extends ReplyOrderContract {

  @Override
  ReplyOrder order(AtomicReferenceArray<StreamTask> arrivals, DrainState drain) {
    return new AsArrived(arrivals, pool, drain, stall);
  }

  private void runsTake(long nanos) {
    for (int i = 0; i < 100; i++) {
      pool.slotOf(RUNNER).tally.countRun(true, nanos);
    }
  }

  /** The drain goes by what runs take when it has found a reply. */
  private void drainOne() {
    answer(running(0));
    assertThat(order.next()).isNotNull();
  }

  private StreamTask leftByAnother(int place) {
    StreamTask task = running(place, OTHER_RUNNER);
    answer(task);
    pool.slotOf(OTHER_RUNNER).left.tryAdd(stream);
    return task;
  }

  @Test
  void aReplyThatEndsEarlierWaitsForThoseBeforeIt() {
    StreamTask first = running(0);
    StreamTask second = running(1);
    answer(second);
    assertThat(order.next()).isNull();
    answer(first);
    assertThat(order.next()).isSameAs(first);
    assertThat(order.next()).isSameAs(second);
  }

  @Test
  void whileRunsAreVeryShortWhatAWorkerHasLeftIsLeftToIt() {
    runsTake(200);
    drainOne();
    StreamTask own = running(1);
    StreamTask others = leftByAnother(2);
    answer(own);
    assertThat(order.next()).isSameAs(own);
    assertThat(order.next()).isNull();
    pool.slotOf(OTHER_RUNNER).left.drainAll();
    assertThat(order.next()).isSameAs(others);
  }

  @Test
  void whereRunsAreLongerNothingIsLeft() {
    runsTake(5_000);
    drainOne();
    StreamTask others = leftByAnother(1);
    assertThat(order.next()).isSameAs(others);
  }

  @Test
  void whereTheStreamStandsStillNothingIsLeft() {
    runsTake(200);
    drainOne();
    StreamTask others = leftByAnother(1);
    stall.look(1, 1);
    stall.look(2, 1);
    assertThat(order.next()).isSameAs(others);
  }
}
