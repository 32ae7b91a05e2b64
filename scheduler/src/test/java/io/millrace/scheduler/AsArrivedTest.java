package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Reply;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;

class AsArrivedTest extends ReplyOrderContract {

  @Test
  void aReplyThatNobodyTellsOfIsFoundByWhoeverDrains() {
    StreamTask first = running(0);
    Reply reply = new Reply.Completed(first.invocation, new byte[0], 0, 0);
    order.hasReply(first, reply); // and then whoever was to tell had no heap left
    assertThat(order.next(1)).isSameAs(reply);
  }

  @Test
  void aPlaceThatIsUsedAgainHasNoReplyYet() {
    for (int i = 0; i < 3 * PLACES; i++) {
      StreamTask task = running(i % PLACES);
      assertThat(order.next(i + 1)).isNull();
      answer(task);
      assertThat(order.next(i + 1)).isSameAs(task.reply());
    }
  }

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
