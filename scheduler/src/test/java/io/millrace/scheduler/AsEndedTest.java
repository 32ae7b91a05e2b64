package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;

class AsEndedTest extends ReplyOrderContract {

  @Override
  ReplyOrder order(AtomicReferenceArray<StreamTask> arrivals, DrainState drain) {
    return new AsEnded(arrivals, drain);
  }

  @Test
  void whichReplyEndsFirstComesFirst() {
    StreamTask first = running(0);
    StreamTask second = running(1);
    answer(second);
    assertThat(order.next()).isSameAs(second);
    assertThat(order.next()).isNull();
    answer(first);
    assertThat(order.next()).isSameAs(first);
  }
}
