package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;

class AsArrivedTest extends ReplyOrderContract {

  @Override
  ReplyOrder order(
      AtomicReferenceArray<StreamTask> arrivals, ScheduledWorkerPool pool, DrainState drain) {
    return new AsArrived(arrivals, pool, drain);
  }

  @Test
  void theSameForOneFurtherOn() {
    runsAreShort();
    StreamTask first = running(0);
    running(1);
    StreamTask last = running(2);
    between.add(() -> answer(last));
    assertThat(order.next(UNDER_WAY)).isNull();
    assertThat(answer(first)).as("it is the one that is waited for now").isTrue();
  }
}
